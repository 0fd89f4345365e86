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

void copy_floats(KernelFrame& f, llvm::Value* to, llvm::Value* to_index, llvm::Value* from,
                 llvm::Value* from_index, llvm::Value* count) {
  VectorBuilder& b = f.b;
  b.CreateMemCpy(b.at(to, b.CreateShl(to_index, 2)), llvm::Align(4), b.at(from, b.CreateShl(from_index, 2)),
                 llvm::Align(4), b.CreateShl(count, 2));
}

/// Bytes as long as the target stands at a byte, single bits for the rest.
void copy_bits(KernelFrame& f, llvm::Value* to, llvm::Value* to_index, llvm::Value* from,
               llvm::Value* from_index, llvm::Value* count) {
  VectorBuilder& b = f.b;
  llvm::Value* zero = b.getInt64(0);
  llvm::Value* at_byte = b.CreateICmpEQ(b.CreateAnd(to_index, 7), zero);
  llvm::Value* in_bytes = b.CreateSelect(at_byte, b.CreateAnd(count, ~std::uint64_t{7}), zero);
  const auto byte_of = [&](llvm::Value* bit) { return b.at(from, b.CreateLShr(bit, 3)); };
  f.for_each(
      zero, in_bytes,
      [&](llvm::Value* i) {
        // The second byte is that of the last of the eight bits: never behind the row.
        llvm::Value* first = b.CreateAdd(from_index, i);
        llvm::Value* low = b.CreateZExt(b.CreateLoad(b.getInt8Ty(), byte_of(first)), b.getInt16Ty());
        llvm::Value* last = b.CreateLoad(b.getInt8Ty(), byte_of(b.CreateAdd(first, b.getInt64(7))));
        llvm::Value* pair = b.CreateOr(low, b.CreateShl(b.CreateZExt(last, b.getInt16Ty()), 8));
        llvm::Value* shift = b.CreateTrunc(b.CreateAnd(first, 7), b.getInt16Ty());
        llvm::Value* byte = b.CreateTrunc(b.CreateLShr(pair, shift), b.getInt8Ty());
        b.CreateStore(byte, b.at(to, b.CreateLShr(b.CreateAdd(to_index, i), 3)));
      },
      8);
  f.for_each(in_bytes, count, [&](llvm::Value* i) {
    f.store_bit(to, b.CreateAdd(to_index, i), f.load_bit(from, b.CreateAdd(from_index, i)));
  });
}

/// `count` elements from one row to another.
void copy_elements(KernelFrame& f, llvm::Value* to, llvm::Value* to_index, spikeloom_element to_element,
                   llvm::Value* from, llvm::Value* from_index, spikeloom_element from_element,
                   llvm::Value* count) {
  VectorBuilder& b = f.b;
  if (to_element == SPIKELOOM_BITS) return copy_bits(f, to, to_index, from, from_index, count);
  if (from_element == SPIKELOOM_FLOAT) return copy_floats(f, to, to_index, from, from_index, count);
  f.for_each(b.getInt64(0), count, [&](llvm::Value* i) {
    f.store_float(to, b.CreateAdd(to_index, i),
                  load_as_float(f, from, b.CreateAdd(from_index, i), from_element));
  });
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
                 copy_elements(f, to, done[0], kernel.output, from, first, e, n);
               };
               if (kernel.output == SPIKELOOM_BITS) {
                 copy_as(SPIKELOOM_BITS, count);
               } else {
                 // One of the two copies something.
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
      copy_elements(f, now, zero, kernel.output, from, zero, kernel.input, n);
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
