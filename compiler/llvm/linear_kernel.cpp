// Dense layers on sparse input: the active inputs of every step are listed once, then a row of packed weights
// is added for each. A tile of outputs stays in registers; each output's sum runs over ascending inputs.
#include "llvm/kernel_frame.h"

namespace spikeloom {
namespace {

class LinearEmitter {
 public:
  LinearEmitter(KernelFrame& frame, const LinearKernel& kernel)
      : f_(frame), b_(frame.b), bits_(kernel.input == SPIKELOOM_BITS), bias_(kernel.bias) {}

  void run() {
    in_ = f_.size(1);
    padded_out_ = round_up(f_.end_neuron, 16);
    weights_ = f_.operand(1).base;
    if (bias_) bias_row_ = f_.operand(2).base;
    const unsigned output = bias_ ? 3 : 2;
    // Events of a step: their count, input numbers, and values behind them.
    llvm::Value* list_bytes = b_.CreateShl(round_up(in_, 16), 2);
    values_offset_ = b_.CreateAdd(list_bytes, b_.getInt64(kEventHeader));
    region_bytes_ = bits_ ? values_offset_ : b_.CreateAdd(values_offset_, list_bytes);
    llvm::Value* steps = f_.steps_to(f_.operand(output, b_.getInt64(0)));
    llvm::Value* chunk = f_.size(2);

    f_.for_each_sample([&](llvm::Value* sample) {
      input_ = f_.operand(0u, sample);
      output_ = f_.operand(output, sample);
      scratch_ = f_.operand(output + 1, sample).base;
      b_.loop(b_.getInt64(0), steps, chunk, {}, [&](llvm::Value* first, llvm::ArrayRef<llvm::Value*>) {
        first_ = first;
        end_ = b_.minimum(steps, b_.CreateAdd(first, chunk));
        f_.for_each(first_, end_, [&](llvm::Value* step) { list_events(step); });
        add_rows();
        return Values{};
      });
    });
    f_.close();
  }

 private:
  llvm::Value* round_up(llvm::Value* n, std::uint64_t multiple) {
    return b_.CreateAnd(b_.CreateAdd(n, b_.getInt64(multiple - 1)), ~(multiple - 1));
  }

  llvm::Value* region(llvm::Value* step) {
    return b_.at(scratch_, b_.CreateMul(b_.CreateSub(step, first_), region_bytes_));
  }

  void list_events(llvm::Value* step) {
    llvm::Value* row = f_.row(input_, step);
    llvm::Value* to = region(step);
    b_.CreateStore(bits_ ? list_bits(row, to) : list_floats(row, to), to);
  }

  /// Returns the number of set bits; their positions ascend.
  llvm::Value* list_bits(llvm::Value* row, llvm::Value* to) {
    llvm::Value* numbers = b_.at(to, kEventHeader);
    llvm::Value* words = b_.CreateLShr(round_up(in_, 64), 6);
    return b_.loop(b_.getInt64(0), words, b_.getInt64(1), {b_.getInt64(0)},
                   [&](llvm::Value* word, llvm::ArrayRef<llvm::Value*> count) {
                     llvm::Value* address = b_.at(row, b_.CreateShl(word, 3));
                     llvm::Value* bits = b_.CreateAlignedLoad(b_.getInt64Ty(), address, llvm::Align(8));
                     llvm::Value* first = b_.CreateShl(word, 6);
                     const Values after = b_.loop_while(
                         {bits, count[0]}, [&](auto now) { return b_.CreateIsNotNull(now[0]); },
                         [&](llvm::ArrayRef<llvm::Value*> now) {
                           llvm::Value* position =
                               b_.CreateBinaryIntrinsic(llvm::Intrinsic::cttz, now[0], b_.getTrue());
                           store_number(numbers, now[1], b_.CreateOr(first, position));
                           llvm::Value* rest = b_.CreateAnd(now[0], b_.CreateSub(now[0], b_.getInt64(1)));
                           return Values{rest, b_.CreateAdd(now[1], b_.getInt64(1))};
                         });
                     return Values{after[1]};
                   })[0];
  }

  /// Every input is stored behind the events so far and counts if it is not 0 (a NaN is not): no branch.
  llvm::Value* list_floats(llvm::Value* row, llvm::Value* to) {
    llvm::Value* numbers = b_.at(to, kEventHeader);
    llvm::Value* values = b_.at(to, values_offset_);
    llvm::Value* zero = llvm::ConstantFP::get(b_.getFloatTy(), 0.0);
    return b_.loop(b_.getInt64(0), in_, b_.getInt64(1), {b_.getInt64(0)},
                   [&](llvm::Value* k, llvm::ArrayRef<llvm::Value*> count) {
                     llvm::Value* x = f_.load_float(row, k);
                     store_number(numbers, count[0], k);
                     f_.store_float(values, count[0], x);
                     llvm::Value* active = b_.CreateZExt(b_.CreateFCmpUNE(x, zero), b_.getInt64Ty());
                     return Values{b_.CreateAdd(count[0], active)};
                   })[0];
  }

  void store_number(llvm::Value* numbers, llvm::Value* index, llvm::Value* number) {
    b_.CreateStore(b_.CreateTrunc(number, b_.getInt32Ty()), b_.at(numbers, b_.CreateShl(index, 2)));
  }

  /// Panels of 64 outputs; in each, tiles of up to 8 vectors run all listed steps, so that their weights are
  /// read from memory once.
  void add_rows() {
    f_.for_each(
        f_.first_neuron, padded_out_,
        [&](llvm::Value* panel) {
          llvm::Value* width = b_.minimum(b_.getInt64(kPanelWidth), b_.CreateSub(padded_out_, panel));
          llvm::Value* weights = b_.at(weights_, b_.CreateShl(b_.CreateMul(panel, in_), 2));
          const unsigned wide = std::min(kPanelWidth, 8 * b_.lanes()), narrow = std::min(16u, wide);
          llvm::Value* whole = b_.CreateAnd(width, ~std::uint64_t{wide - 1});
          const auto tiles = [&](llvm::Value* begin, llvm::Value* end, unsigned outputs) {
            // The whole panel as one tile: the distance of its rows is known.
            llvm::Value* row_floats = outputs == kPanelWidth ? b_.getInt64(kPanelWidth) : width;
            f_.for_each(
                begin, end, [&](llvm::Value* o) { emit_tile(panel, weights, o, row_floats, outputs); },
                outputs);
          };
          tiles(b_.getInt64(0), whole, wide);
          if (narrow < wide) tiles(whole, width, narrow);
        },
        kPanelWidth);
  }

  void emit_tile(llvm::Value* panel, llvm::Value* weights, llvm::Value* o, llvm::Value* row_floats,
                 unsigned outputs) {
    const unsigned vectors = outputs / b_.lanes(), bytes = b_.lanes() * 4;
    weights = b_.at(weights, b_.CreateShl(o, 2));
    llvm::Value* row_bytes = b_.CreateShl(row_floats, 2);
    llvm::Value* offset = b_.CreateShl(b_.CreateAdd(panel, o), 2);
    Values start;
    for (unsigned v = 0; v < vectors; ++v)
      start.push_back(bias_ ? b_.load_vector(b_.at(b_.at(bias_row_, offset), std::uint64_t{v} * bytes))
                            : b_.f32(0));
    f_.for_each(first_, end_, [&](llvm::Value* step) {
      llvm::Value* events = region(step);
      llvm::Value* count = b_.CreateLoad(b_.getInt64Ty(), events);
      llvm::Value* numbers = b_.at(events, kEventHeader);
      llvm::Value* values = b_.at(events, values_offset_);
      const Values sums = b_.loop(
          b_.getInt64(0), count, b_.getInt64(1), start,
          [&](llvm::Value* e, llvm::ArrayRef<llvm::Value*> sum) {
            llvm::Value* k = b_.CreateLoad(b_.getInt32Ty(), b_.at(numbers, b_.CreateShl(e, 2)));
            llvm::Value* row = b_.at(weights, b_.CreateMul(b_.CreateZExt(k, b_.getInt64Ty()), row_bytes));
            llvm::Value* x = bits_ ? nullptr : b_.splat(f_.load_float(values, e));
            Values next;
            for (unsigned v = 0; v < vectors; ++v) {
              llvm::Value* w = b_.load_vector(b_.at(row, std::uint64_t{v} * bytes));
              // An event of value 1 is a plain add: w * 1 is exact, so fma and add give the same bits.
              next.push_back(bits_ ? b_.fadd(sum[v], w) : b_.fma(w, x, sum[v]));
            }
            return next;
          });
      llvm::Value* out = b_.at(f_.row(output_, step), offset);
      for (unsigned v = 0; v < vectors; ++v) {
        // Turns a -0 into +0, which a sum of weights alone never is: it starts from +0 or a bias that is not
        // -0.
        llvm::Value* y = bits_ ? sums[v] : b_.fadd(sums[v], b_.f32(0));
        b_.store_vector(y, b_.at(out, std::uint64_t{v} * bytes));
      }
    });
  }

  KernelFrame& f_;
  VectorBuilder& b_;
  bool bits_, bias_;
  llvm::Value *in_ = nullptr, *padded_out_ = nullptr, *weights_ = nullptr, *bias_row_ = nullptr;
  llvm::Value *values_offset_ = nullptr, *region_bytes_ = nullptr;
  // Of the sample and the chunk of steps that are being computed.
  Row input_, output_;
  llvm::Value *scratch_ = nullptr, *first_ = nullptr, *end_ = nullptr;
};

}  // namespace

void emit_linear(KernelFrame& frame, const LinearKernel& kernel) {
  LinearEmitter(frame, kernel).run();
}

}  // namespace spikeloom
