// Rows that are moved, not computed: concat, slice, delayed reshape, per-element delays.
#include <cstddef>

#include "llvm/kernel_frame.h"

namespace spikeloom {
namespace {

/// A value of either element as a float.
llvm::Value* load_as_float(KernelFrame& f, llvm::Value* row, llvm::Value* index, spikeloom_element element) {
  if (element == SPIKELOOM_FLOAT) return f.load_float(row, index);
  return f.b.CreateUIToFP(f.load_bit(row, index), f.b.getFloatTy());
}

void copy_element(KernelFrame& f, llvm::Value* to, llvm::Value* to_index, spikeloom_element to_element,
                  llvm::Value* from, llvm::Value* from_index, spikeloom_element from_element) {
  if (to_element == SPIKELOOM_BITS)
    f.store_bit(to, to_index, f.load_bit(from, from_index));
  else
    f.store_float(to, to_index, load_as_float(f, from, from_index, from_element));
}

}  // namespace

void emit_copy(KernelFrame& f, const CopyKernel& kernel) {
  VectorBuilder& b = f.b;
  llvm::Value* parts = f.size(1);
  llvm::Value* table = f.operand(parts, nullptr).base;
  llvm::Value* one = b.getInt64(1);
  f.for_each_sample([&](llvm::Value* sample) {
    const Row output = f.operand(b.CreateAdd(parts, one), sample);
    f.for_each(b.getInt64(0), f.steps, [&](llvm::Value* step) {
      llvm::Value* to = f.row(output, step);
      b.loop(b.getInt64(0), parts, one, {b.getInt64(0)},
             [&](llvm::Value* part, llvm::ArrayRef<llvm::Value*> done) {
               llvm::Value* from = f.row(f.operand(part, sample), step);
               llvm::Value* entry = b.at(table, b.CreateMul(part, b.getInt64(12)));
               const auto word = [&](unsigned i) {
                 return b.CreateZExt(b.CreateLoad(b.getInt32Ty(), b.at(entry, 4 * i)), b.getInt64Ty());
               };
               llvm::Value *first = word(0), *count = word(1), *element = word(2);
               const auto copy_as = [&](spikeloom_element e, llvm::Value* n) {
                 f.for_each(b.getInt64(0), n, [&](llvm::Value* i) {
                   copy_element(f, to, b.CreateAdd(done[0], i), kernel.output, from, b.CreateAdd(first, i),
                                e);
                 });
               };
               if (kernel.output == SPIKELOOM_BITS) {
                 copy_as(SPIKELOOM_BITS, count);
               } else {
                 // One of the two loops runs.
                 llvm::Value* is_bits = b.CreateICmpEQ(element, b.getInt64(SPIKELOOM_BITS));
                 copy_as(SPIKELOOM_BITS, b.CreateSelect(is_bits, count, b.getInt64(0)));
                 copy_as(SPIKELOOM_FLOAT, b.CreateSelect(is_bits, b.getInt64(0), count));
               }
               return Values{b.CreateAdd(done[0], count)};
             });
    });
  });
  f.close();
}

void emit_delay(KernelFrame& f, const DelayKernel& kernel) {
  VectorBuilder& b = f.b;
  llvm::Value *n = f.size(0), *slots = f.size(1), *zero = b.getInt64(0);
  llvm::Value* start = f.field64(offsetof(spikeloom_call, step));
  llvm::Value* delays = f.operand(1).base;
  f.for_each_sample([&](llvm::Value* sample) {
    const Row input = f.operand(0u, sample), history = f.operand(2, sample), output = f.operand(3, sample);
    f.for_each(zero, f.steps, [&](llvm::Value* step) {
      llvm::Value* slot = b.CreateURem(b.CreateAdd(start, step), slots);
      llvm::Value *from = f.row(input, step), *now = f.row(history, slot), *to = f.row(output, step);
      f.for_each(zero, n,
                 [&](llvm::Value* i) { copy_element(f, now, i, kernel.output, from, i, kernel.input); });
      f.for_each(zero, n, [&](llvm::Value* i) {
        llvm::Value* delay =
            b.CreateZExt(b.CreateLoad(b.getInt32Ty(), b.at(delays, b.CreateShl(i, 2))), b.getInt64Ty());
        // Slots of before the start hold zeros: the history is as long as the longest delay.
        llvm::Value* back = b.CreateSub(slot, delay);
        back = b.CreateSelect(b.CreateICmpULT(slot, delay), b.CreateAdd(back, slots), back);
        copy_element(f, to, i, kernel.output, f.row(history, back), i, kernel.output);
      });
    });
  });
  f.close();
}

}  // namespace spikeloom
