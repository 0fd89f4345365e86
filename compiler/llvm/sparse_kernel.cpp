// Sparse layers: the events of a step are listed once, then the rows of each are added to their targets,
// partition by partition. Every sum runs over the longest delay first, then over ascending sources.
#include <llvm/IR/Intrinsics.h>

#include <cstddef>

#include "llvm/kernel_frame.h"
#include "synapses/packing.h"

namespace spikeloom {
namespace {

constexpr std::uint64_t kUnrolled = 8;     // synapses of a row at a time
constexpr std::uint64_t kEventsAhead = 6;  // whose rows are fetched early
constexpr std::uint64_t kLinesAhead = 4;   // of each
constexpr std::uint64_t kStartsAhead = 12;

class SparseEmitter {
  enum Operand : unsigned { kInput, kDelays, kStarts, kTargets, kWeights, kOutput, kScratch };

 public:
  SparseEmitter(KernelFrame& f, const SparseKernel& kernel) : f_(f), b_(f.b), k_(kernel) {}

  void emit() {
    first_source_ = b_.load_word(f_.operand(kDelays).base, word(0));
    delays_ = b_.at(f_.operand(kDelays).base, 4);
    starts_ = f_.operand(kStarts).base;
    targets_ = f_.operand(kTargets).base;
    weights_ = f_.operand(kWeights).base;
    list_ = f_.operand(kScratch).base;
    slots_ = f_.size(1);
    delay_count_ = f_.size(2);
    sources_ = f_.size(3);
    llvm::Value* n = b_.CreateAdd(f_.size(0), word(kPartitionTargets - 1));
    partitions_ = b_.CreateUDiv(n, word(kPartitionTargets));
    rows_ = b_.CreateMul(delay_count_, partitions_);
    first_step_ = f_.field64(offsetof(spikeloom_call, step));
    llvm::Value* list_bytes = b_.CreateShl(b_.round_up(b_.CreateAdd(sources_, word(16)), 16), 2);
    values_ = b_.at(list_, list_bytes);
    if (!k_.weights) one_weight_ = b_.CreateLoad(b_.getFloatTy(), weights_);
    f_.for_each_sample([&](llvm::Value* sample) {
      const Row input = f_.operand(kInput, sample), output = f_.operand(kOutput, sample);
      f_.for_each(word(0), f_.steps,
                  [&](llvm::Value* step) { emit_step(input, f_.row(output, step), step); });
    });
    f_.close();
  }

 private:
  llvm::Value* word(std::uint64_t x) { return b_.getInt64(x); }

  void emit_step(const Row& input, llvm::Value* y, llvm::Value* step) {
    llvm::Value* n = b_.round_up(f_.size(0), 16);
    llvm::Value* now = b_.CreateAdd(b_.CreateAdd(first_step_, step), slots_);
    const Values added = b_.loop(
        word(0), delay_count_, word(1), {word(0)}, [&](llvm::Value* k, llvm::ArrayRef<llvm::Value*> before) {
          llvm::Value* slot = b_.CreateURem(b_.CreateSub(now, b_.load_word(delays_, k)), slots_);
          llvm::Value* events = list_events(f_.row(input, slot));
          b_.loop(word(0), n, word(kPartitionTargets), {b_.CreateMul(k, partitions_)},
                  [&](llvm::Value* first, llvm::ArrayRef<llvm::Value*> row) {
                    llvm::Value* sums = b_.at(y, b_.CreateShl(first, 2));
                    // Sums begin when they are about to be added to: they are in the cache then.
                    if (!k_.emptied)
                      b_.if_then(b_.CreateIsNull(k), [&] {
                        llvm::Value* targets = b_.minimum(b_.CreateSub(n, first), word(kPartitionTargets));
                        b_.CreateMemSet(sums, b_.getInt8(0), b_.CreateShl(targets, 2), llvm::Align(64));
                      });
                    add_events(events, b_.at(starts_, b_.CreateShl(row[0], 2)), sums);
                    return Values{b_.CreateAdd(row[0], word(1))};
                  });
          return Values{b_.CreateAdd(before[0], events)};
        });
    if (k_.emptied) b_.store_word(y, n, added[0]);
    if (k_.input == SPIKELOOM_FLOAT)
      f_.for_each(
          word(0), n,
          [&](llvm::Value* j) {
            // A product that underflows may have left a -0.
            llvm::Value* at = b_.at(y, b_.CreateShl(j, 2));
            b_.store_vector(b_.fadd(b_.load_vector(at), b_.f32(0.0f)), at);
          },
          b_.lanes());
  }

  /// The first rows of the active sources, ascending, and of floats their values; gives their count.
  llvm::Value* list_events(llvm::Value* row) {
    return k_.input == SPIKELOOM_FLOAT ? list_values(b_.at(row, b_.CreateShl(first_source_, 2)))
                                       : list_bits(row);
  }

  llvm::Value* list_values(llvm::Value* row) {
    return b_.loop(word(0), sources_, word(1), {word(0)},
                   [&](llvm::Value* i, llvm::ArrayRef<llvm::Value*> count) {
                     llvm::Value* x = f_.load_float(row, i);
                     b_.store_word(list_, count[0], b_.CreateMul(i, rows_));
                     f_.store_float(values_, count[0], x);
                     llvm::Value* active = b_.CreateFCmpUNE(x, llvm::ConstantFP::get(b_.getFloatTy(), 0));
                     return Values{b_.CreateAdd(count[0], b_.CreateZExt(active, b_.getInt64Ty()))};
                   })[0];
  }

  /// By words of 64 bits, of which the first and the last may hold bits of others.
  llvm::Value* list_bits(llvm::Value* row) {
    llvm::Value* end = b_.CreateAdd(first_source_, sources_);
    llvm::Value* begin = b_.CreateAnd(first_source_, ~std::uint64_t{63});
    llvm::Value* all = word(~std::uint64_t{0});
    return b_.loop(begin, end, word(64), {word(0)}, [&](llvm::Value* at, llvm::ArrayRef<llvm::Value*> count) {
      llvm::Value* bits = b_.CreateLoad(b_.getInt64Ty(), b_.at(row, b_.CreateLShr(at, 3)));
      llvm::Value* before = b_.CreateShl(all, b_.CreateAnd(first_source_, 63));
      llvm::Value* behind = b_.CreateLShr(all, b_.CreateAnd(b_.CreateSub(word(64), end), 63));
      llvm::Value* is_first = b_.CreateICmpEQ(at, begin);
      llvm::Value* is_last = b_.CreateICmpUGE(b_.CreateAdd(at, word(64)), end);
      bits = b_.CreateAnd(bits, b_.CreateSelect(is_first, before, all));
      bits = b_.CreateAnd(bits, b_.CreateSelect(is_last, behind, all));
      llvm::Value* number = b_.CreateSub(at, first_source_);
      return Values{b_.loop_while(
          {bits, count[0]}, [&](auto left) { return b_.CreateIsNotNull(left[0]); },
          [&](llvm::ArrayRef<llvm::Value*> left) {
            llvm::Value* bit = b_.CreateBinaryIntrinsic(llvm::Intrinsic::cttz, left[0], b_.getTrue());
            b_.store_word(list_, left[1], b_.CreateMul(b_.CreateAdd(number, bit), rows_));
            return Values{b_.CreateAnd(left[0], b_.CreateSub(left[0], word(1))),
                          b_.CreateAdd(left[1], word(1))};
          })[1]};
    })[0];
  }

  void add_events(llvm::Value* events, llvm::Value* starts, llvm::Value* sums) {
    llvm::Value* last = b_.CreateSub(events, word(1));  // used only where there is an event
    f_.for_each(word(0), events, [&](llvm::Value* e) {
      fetch_start(starts, b_.minimum(b_.CreateAdd(e, word(kStartsAhead)), last));
      fetch_row(starts, b_.minimum(b_.CreateAdd(e, word(kEventsAhead)), last));
      llvm::Value* row = b_.load_word(list_, e);
      llvm::Value *begin = b_.load_word(starts, row), *end = b_.load_word(starts, b_.CreateAdd(row, word(1)));
      llvm::Value* x = k_.input == SPIKELOOM_FLOAT ? f_.load_float(values_, e) : nullptr;
      llvm::Value* length = b_.CreateSub(end, begin);
      llvm::Value* unrolled = b_.CreateAdd(begin, b_.CreateAnd(length, ~(kUnrolled - 1)));
      f_.for_each(
          begin, unrolled,
          [&](llvm::Value* j) {
            for (std::uint64_t u = 0; u < kUnrolled; ++u) add_synapse(b_.CreateAdd(j, word(u)), x, sums);
          },
          kUnrolled);
      f_.for_each(unrolled, end, [&](llvm::Value* j) { add_synapse(j, x, sums); });
    });
  }

  /// Asks for where the row of event `e` begins, before its row is asked for.
  void fetch_start(llvm::Value* starts, llvm::Value* e) {
    fetch(b_.at(starts, b_.CreateShl(b_.load_word(list_, e), 2)), 1);
  }

  /// Asks for the row of event `e` before it is needed: rows lie anywhere in memory.
  void fetch_row(llvm::Value* starts, llvm::Value* e) {
    llvm::Value* begin = b_.load_word(starts, b_.load_word(list_, e));
    fetch(b_.at(targets_, b_.CreateMul(begin, word(k_.index_bytes))), kLinesAhead);
    if (k_.weights) fetch(b_.at(weights_, b_.CreateShl(begin, 2)), kLinesAhead);
  }

  void fetch(llvm::Value* at, std::uint64_t lines) {
    for (std::uint64_t line = 0; line < lines; ++line)
      b_.CreateIntrinsic(llvm::Intrinsic::prefetch, {b_.getPtrTy()},
                         {b_.CreateGEP(b_.getInt8Ty(), at, word(64 * line)), b_.getInt32(0), b_.getInt32(3),
                          b_.getInt32(1)});
  }

  void add_synapse(llvm::Value* j, llvm::Value* x, llvm::Value* sums) {
    llvm::Type* type = b_.getIntNTy(8 * k_.index_bytes);
    llvm::Value* number = b_.CreateAlignedLoad(type, b_.at(targets_, b_.CreateMul(j, word(k_.index_bytes))),
                                               llvm::Align(k_.index_bytes));
    llvm::Value* target = b_.CreateZExt(number, b_.getInt64Ty());
    llvm::Value* weight = k_.weights ? f_.load_float(weights_, j) : one_weight_;
    llvm::Value* sum = f_.load_float(sums, target);
    f_.store_float(sums, target, x ? fma(weight, x, sum) : b_.CreateFAdd(sum, weight));
  }

  llvm::Value* fma(llvm::Value* w, llvm::Value* x, llvm::Value* sum) {
    if (b_.has_fma()) return b_.CreateIntrinsic(llvm::Intrinsic::fma, {b_.getFloatTy()}, {w, x, sum});
    return b_.CreateExtractElement(b_.fma(b_.splat(w), b_.splat(x), b_.splat(sum)), word(0));
  }

  KernelFrame& f_;
  VectorBuilder& b_;
  const SparseKernel k_;
  llvm::Value *delays_ = nullptr, *starts_ = nullptr, *targets_ = nullptr, *weights_ = nullptr;
  llvm::Value *list_ = nullptr, *values_ = nullptr, *one_weight_ = nullptr;
  llvm::Value *slots_ = nullptr, *delay_count_ = nullptr, *sources_ = nullptr, *first_step_ = nullptr;
  llvm::Value *first_source_ = nullptr, *partitions_ = nullptr, *rows_ = nullptr;
};

}  // namespace

void emit_sparse(KernelFrame& frame, const SparseKernel& kernel) {
  SparseEmitter(frame, kernel).emit();
}

}  // namespace spikeloom
