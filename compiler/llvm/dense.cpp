// The dense drive: a register-blocked product of some steps and a panel of outputs. Every sum runs over
// ascending inputs, so the bits are those of the event drive: a silent input adds a zero, which changes no
// sum but -0, and no sum ends as -0.
#include <algorithm>

#include "llvm/drive.h"

namespace spikeloom {
namespace {

constexpr unsigned kStepsTogether = 6;

class DenseProduct {
 public:
  DenseProduct(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p)
      : b_(b),
        weights_(p[0]),
        fan_in_(p[1]),
        width_(p[2]),
        bias_(p[3]),
        distance_(p[4]),
        row_bytes_(p[5]),
        row_(p[6]),
        stride_(p[7]),
        steps_(p[8]),
        currents_(p[9]),
        currents_stride_(p[10]),
        strip_(p[11]) {}

  void run() {
    // Sums, weights and one value stay in registers: 6 x 4 of 32, or 6 x 2 of 16.
    const unsigned wide = (b_.lanes() == 16 ? 4 : 2) * b_.lanes(), narrow = std::min(16u, wide);
    b_.loop(b_.getInt64(0), width_, strip_, {}, [&](llvm::Value* strip, llvm::ArrayRef<llvm::Value*>) {
      Strip s{strip, b_.minimum(strip_, b_.CreateSub(width_, strip)),
              b_.at(weights_, b_.CreateShl(b_.CreateMul(strip, distance_), 2))};
      llvm::Value* whole = b_.CreateAnd(s.width, ~std::uint64_t{wide - 1});
      for_each_tile(s, b_.getInt64(0), whole, wide);
      if (narrow < wide) for_each_tile(s, whole, s.width, narrow);
      return Values{};
    });
  }

 private:
  struct Strip {
    llvm::Value *first, *width, *weights;
  };
  unsigned vector_bytes() const { return b_.lanes() * 4; }

  void for_each_tile(const Strip& strip, llvm::Value* begin, llvm::Value* end, unsigned outputs) {
    b_.loop(begin, end, b_.getInt64(outputs), {}, [&](llvm::Value* o, llvm::ArrayRef<llvm::Value*>) {
      const auto steps = [&](llvm::Value* from, llvm::Value* to, unsigned together) {
        b_.loop(from, to, b_.getInt64(together), {}, [&](llvm::Value* step, llvm::ArrayRef<llvm::Value*>) {
          emit_block(strip, o, outputs / b_.lanes(), step, together);
          return Values{};
        });
      };
      llvm::Value* rest = b_.CreateURem(steps_, b_.getInt64(kStepsTogether));
      llvm::Value* whole = b_.CreateSub(steps_, rest);
      steps(b_.getInt64(0), whole, kStepsTogether);
      steps(whole, steps_, 1);
      return Values{};
    });
  }

  void emit_block(const Strip& strip, llvm::Value* o, unsigned vectors, llvm::Value* step,
                  unsigned together) {
    llvm::Value* offset = b_.CreateShl(b_.CreateAdd(strip.first, o), 2);
    llvm::Value* row_bytes =
        b_.CreateSelect(b_.CreateIsNull(row_bytes_), b_.CreateShl(strip.width, 2), row_bytes_);
    llvm::Value* weights = b_.at(strip.weights, b_.CreateShl(o, 2));
    Values rows, start;
    for (unsigned i = 0; i < together; ++i)
      rows.push_back(b_.at(row_, b_.CreateMul(b_.CreateAdd(step, b_.getInt64(i)), stride_)));
    for (unsigned i = 0; i < together; ++i)
      for (unsigned v = 0; v < vectors; ++v)
        start.push_back(b_.load_vector(b_.at(b_.at(bias_, offset), std::uint64_t{v} * vector_bytes())));
    const Values sums =
        b_.loop(b_.getInt64(0), fan_in_, b_.getInt64(1), start,
                [&](llvm::Value* k, llvm::ArrayRef<llvm::Value*> sum) {
                  llvm::Value* row = b_.at(weights, b_.CreateMul(k, row_bytes));
                  Values w, next;
                  for (unsigned v = 0; v < vectors; ++v)
                    w.push_back(b_.load_vector(b_.at(row, std::uint64_t{v} * vector_bytes())));
                  for (unsigned i = 0; i < together; ++i) {
                    llvm::Value* x = b_.splat(b_.CreateAlignedLoad(
                        b_.getFloatTy(), b_.at(rows[i], b_.CreateShl(k, 2)), llvm::Align(4)));
                    for (unsigned v = 0; v < vectors; ++v)
                      next.push_back(multiply_add(w[v], x, sum[i * vectors + v]));
                  }
                  return next;
                });
    for (unsigned i = 0; i < together; ++i) {
      llvm::Value* at = b_.CreateMul(b_.CreateAdd(step, b_.getInt64(i)), currents_stride_);
      llvm::Value* to = b_.at(b_.at(currents_, at), offset);
      for (unsigned v = 0; v < vectors; ++v)
        b_.store_vector(b_.fadd(sums[i * vectors + v], b_.f32(0)),
                        b_.at(to, std::uint64_t{v} * vector_bytes()));
    }
  }

  /// A CPU without fma computes densely only what came from bits: w * 0 and w * 1 are exact.
  llvm::Value* multiply_add(llvm::Value* w, llvm::Value* x, llvm::Value* sum) {
    return b_.has_fma() ? b_.fma(w, x, sum) : b_.fadd(sum, b_.fmul(w, x));
  }

  VectorBuilder& b_;
  llvm::Value *weights_, *fan_in_, *width_, *bias_, *distance_, *row_bytes_, *row_, *stride_, *steps_,
      *currents_, *currents_stride_, *strip_;
};

}  // namespace

void emit_add_rows(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p) {
  DenseProduct(b, p).run();
  b.CreateRetVoid();
}

void emit_expand_bits(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p) {
  llvm::Value *row = p[0], *stride = p[1], *steps = p[2], *fan_in = p[3], *rows = p[4];
  llvm::Value* floats = b.CreateAnd(b.CreateAdd(fan_in, b.getInt64(15)), ~std::uint64_t{15});
  b.loop(b.getInt64(0), steps, b.getInt64(1), {}, [&](llvm::Value* step, llvm::ArrayRef<llvm::Value*>) {
    llvm::Value* from = b.at(row, b.CreateMul(step, stride));
    llvm::Value* to = b.at(rows, b.CreateShl(b.CreateMul(step, floats), 2));
    b.loop(b.getInt64(0), floats, b.getInt64(16), {}, [&](llvm::Value* k, llvm::ArrayRef<llvm::Value*>) {
      llvm::Value* bits = b.CreateAlignedLoad(b.getInt16Ty(), b.at(from, b.CreateLShr(k, 3)), llvm::Align(2));
      for (unsigned v = 0; v < 16 / b.lanes(); ++v)
        b.store_vector(b.real(b.condition(bits, v)),
                       b.at(b.at(to, b.CreateShl(k, 2)), std::uint64_t{v} * b.lanes() * 4));
      return Values{};
    });
    return Values{};
  });
  b.CreateRetVoid();
}

}  // namespace spikeloom
