// The active inputs of every step, listed once for all panels of outputs.
#include <llvm/IR/IntrinsicsX86.h>

#include <algorithm>

#include "llvm/drive.h"

namespace spikeloom {
namespace {

/// For each step: notes where its events begin, and appends them by `append(row, carried)`. carried[0]
/// counts.
Values list_steps(VectorBuilder& b, llvm::Value* row, llvm::Value* stride, llvm::Value* steps,
                  llvm::Value* list, llvm::ArrayRef<llvm::Value*> start,
                  llvm::function_ref<Values(llvm::Value*, llvm::ArrayRef<llvm::Value*>)> append) {
  const Values end = b.loop(b.getInt64(0), steps, b.getInt64(1), start,
                            [&](llvm::Value* step, llvm::ArrayRef<llvm::Value*> now) {
                              b.store_word(list, step, now[0]);
                              return append(b.at(row, b.CreateMul(step, stride)), now);
                            });
  for (unsigned i = 0; i < kStepsAtOnce; ++i) b.store_word(list, b.CreateAdd(steps, b.getInt64(i)), end[0]);
  return end;
}

/// Appends the numbers of inputs that are bits of a word: without a branch for each where the CPU can
/// compress a register, and else for every four. A list has room for a whole vector behind its last event.
class Numbers {
 public:
  Numbers(VectorBuilder& b, llvm::Value* numbers) : b_(b), numbers_(numbers) {}

  /// `bits` are the inputs from `first` on, at most 64; returns the count of events behind them.
  llvm::Value* append(llvm::Value* bits, llvm::Value* first, llvm::Value* count) {
    if (!b_.can_compress()) return by_fours(bits, first, count);
    const unsigned width = bits->getType()->getIntegerBitWidth();
    if (width == 64 && b_.can_compress_bytes()) return word(bits, first, count);
    for (unsigned at = 0; at < width; at += 16) {
      llvm::Value* part = b_.CreateTrunc(b_.CreateLShr(bits, at), b_.getInt16Ty());
      llvm::Value* numbers = b_.iadd(spread(b_.CreateAdd(first, b_.getInt64(at))), b_.lane_numbers());
      store(compress(numbers, part), count);
      count = b_.CreateAdd(count, population(part));
    }
    return count;
  }

 private:
  llvm::Value* spread(llvm::Value* number) { return b_.splat(b_.CreateTrunc(number, b_.getInt32Ty())); }

  llvm::Value* population(llvm::Value* bits) {
    return b_.CreateZExt(b_.CreateUnaryIntrinsic(llvm::Intrinsic::ctpop, bits), b_.getInt64Ty());
  }

  llvm::Value* compress(llvm::Value* vector, llvm::Value* bits) {
    auto* type = llvm::cast<llvm::FixedVectorType>(vector->getType());
    auto* mask = llvm::FixedVectorType::get(b_.getInt1Ty(), type->getNumElements());
    return b_.CreateIntrinsic(llvm::Intrinsic::x86_avx512_mask_compress, {type},
                              {vector, llvm::PoisonValue::get(type), b_.CreateBitCast(bits, mask)});
  }

  void store(llvm::Value* vector, llvm::Value* count) {
    b_.CreateAlignedStore(vector, b_.word_address(numbers_, count), llvm::Align(4));
  }

  /// 64 inputs as bytes: few are active as a rule, and mostly the first sixteen are all.
  llvm::Value* word(llvm::Value* bits, llvm::Value* first, llvm::Value* count) {
    llvm::SmallVector<std::uint8_t, 64> bytes(64);
    for (std::uint8_t i = 0; i < 64; ++i) bytes[i] = i;
    llvm::Value* packed = compress(llvm::ConstantDataVector::get(b_.getContext(), bytes), bits);
    llvm::Value *base = spread(first), *active = population(bits);
    append_sixteens(packed, base, active, count, 0);
    return b_.CreateAdd(count, active);
  }

  void append_sixteens(llvm::Value* packed, llvm::Value* base, llvm::Value* active, llvm::Value* count,
                       unsigned from) {
    llvm::SmallVector<int, 16> lanes(16);
    for (unsigned i = 0; i < 16; ++i) lanes[i] = static_cast<int>(from + i);
    llvm::Value* some = b_.CreateShuffleVector(packed, lanes);
    store(b_.iadd(b_.CreateZExt(some, base->getType()), base), b_.CreateAdd(count, b_.getInt64(from)));
    if (from == 48) return;
    b_.if_then(b_.CreateICmpUGT(active, b_.getInt64(from + 16)),
               [&] { append_sixteens(packed, base, active, count, from + 16); });
  }

  /// Four at a time, whether there are as many or not: what lies behind the last one, the next ones write
  /// over. Whether four are all, a branch foresees better than how many there are.
  llvm::Value* by_fours(llvm::Value* bits, llvm::Value* first, llvm::Value* count) {
    const unsigned width = bits->getType()->getIntegerBitWidth(), some = std::min(width, 4u);
    if (width < 32) bits = b_.CreateZExt(bits, b_.getInt32Ty());
    llvm::Value* behind = b_.CreateAdd(count, population(bits));
    const Values begin = append_some({bits, count}, first, some);
    if (some < width)
      b_.loop_while(
          begin, [&](auto now) { return b_.CreateIsNotNull(now[0]); },
          [&](llvm::ArrayRef<llvm::Value*> now) { return append_some(now, first, some); });
    return behind;
  }

  /// now: bits, and where the number of the first one goes.
  Values append_some(llvm::ArrayRef<llvm::Value*> now, llvm::Value* first, unsigned some) {
    llvm::Value* bits = now[0];
    for (unsigned i = 0; i < some; ++i) {
      llvm::Value* position = b_.CreateBinaryIntrinsic(llvm::Intrinsic::cttz, bits, b_.getFalse());
      b_.store_word(numbers_, b_.CreateAdd(now[1], b_.getInt64(i)),
                    b_.CreateAdd(first, b_.CreateZExtOrTrunc(position, b_.getInt64Ty())));
      bits = b_.CreateAnd(bits, b_.CreateSub(bits, llvm::ConstantInt::get(bits->getType(), 1)));
    }
    return {bits, b_.CreateAdd(now[1], b_.getInt64(some))};
  }

  VectorBuilder& b_;
  llvm::Value* numbers_;
};

/// The active values of a row of floats, 64 at a time, which make a word; or a vector at a time, where a
/// vector's numbers are compressed.
class FloatLister {
 public:
  FloatLister(VectorBuilder& b, llvm::Value* fan_in, llvm::Value* numbers)
      : b_(b), fan_in_(fan_in), numbers_(b, numbers) {}

  /// carried: events so far; a mask of lanes that held an active value other than 1.
  Values row(llvm::Value* row, llvm::ArrayRef<llvm::Value*> now) {
    const unsigned lanes = b_.lanes();
    const bool as_words = lanes > 1 && (b_.can_compress_bytes() || !b_.can_compress());
    const unsigned together = as_words ? 64 : lanes;
    llvm::Value* whole = b_.CreateAnd(fan_in_, ~std::uint64_t{together - 1});
    const Values carried = some(row, b_.getInt64(0), whole, together / lanes, now);
    if (lanes == 1) return carried;
    // There may be no memory behind the last input.
    return b_.loop(whole, fan_in_, b_.getInt64(lanes), carried,
                   [&](llvm::Value* k, llvm::ArrayRef<llvm::Value*> so_far) {
                     llvm::Value* left = b_.splat(b_.CreateTrunc(b_.CreateSub(fan_in_, k), b_.getInt32Ty()));
                     return vectors(row, k, 1, so_far, b_.CreateICmpULT(b_.lane_numbers(), left));
                   });
  }

 private:
  Values some(llvm::Value* row, llvm::Value* begin, llvm::Value* end, unsigned count,
              llvm::ArrayRef<llvm::Value*> now) {
    return b_.loop(begin, end, b_.getInt64(std::uint64_t{count} * b_.lanes()), now,
                   [&](llvm::Value* k, llvm::ArrayRef<llvm::Value*> carried) {
                     return vectors(row, k, count, carried, nullptr);
                   });
  }

  Values vectors(llvm::Value* row, llvm::Value* k, unsigned count, llvm::ArrayRef<llvm::Value*> now,
                 llvm::Value* existing) {
    auto* type = b_.getIntNTy(count * b_.lanes());
    llvm::Value *bits = nullptr, *other = now[1];
    for (unsigned v = 0; v < count; ++v) {
      llvm::Value* x = load(b_.at(b_.word_address(row, k), std::uint64_t{v} * b_.lanes() * 4), existing);
      llvm::Value* active = b_.CreateFCmpUNE(x, b_.f32(0));  // a NaN is active
      other = b_.lor(other, b_.land(active, b_.CreateFCmpUNE(x, b_.f32(1))));
      llvm::Value* mine = b_.CreateBitCast(active, b_.getIntNTy(b_.lanes()));
      mine = b_.CreateShl(b_.CreateZExt(mine, type), v * b_.lanes());
      bits = bits ? b_.CreateOr(bits, mine) : mine;
    }
    return {numbers_.append(bits, k, now[0]), other};
  }

  /// Rows of inputs lie where the caller has them.
  llvm::Value* load(llvm::Value* from, llvm::Value* existing) {
    const llvm::Align any(4);
    if (!existing) return b_.CreateAlignedLoad(b_.float_vector(), from, any);
    return b_.CreateMaskedLoad(b_.float_vector(), from, any, existing, b_.f32(0));
  }

  VectorBuilder& b_;
  llvm::Value* fan_in_;
  Numbers numbers_;
};

}  // namespace

void emit_list_bits(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p) {
  llvm::Value *row = p[0], *stride = p[1], *steps = p[2], *fan_in = p[3], *list = p[4];
  Numbers numbers(b, b.at(list, kListHeader));
  llvm::Value* words = b.CreateLShr(b.CreateAdd(fan_in, b.getInt64(63)), 6);
  const Values end = list_steps(
      b, row, stride, steps, list, {b.getInt64(0)}, [&](llvm::Value* bits, llvm::ArrayRef<llvm::Value*> now) {
        return b.loop(b.getInt64(0), words, b.getInt64(1), now,
                      [&](llvm::Value* word, llvm::ArrayRef<llvm::Value*> count) {
                        llvm::Value* some = b.CreateAlignedLoad(
                            b.getInt64Ty(), b.at(bits, b.CreateShl(word, 3)), llvm::Align(8));
                        return Values{numbers.append(some, b.CreateShl(word, 6), count[0])};
                      });
      });
  b.CreateRet(end[0]);
}

void emit_list_floats(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p) {
  llvm::Value *row = p[0], *stride = p[1], *steps = p[2], *fan_in = p[3], *capacity = p[4], *list = p[5];
  llvm::Value* numbers = b.at(list, kListHeader);
  FloatLister lister(b, fan_in, numbers);
  llvm::Value* none = llvm::Constant::getNullValue(b.mask_vector());
  const Values end = list_steps(
      b, row, stride, steps, list, {b.getInt64(0), none},
      [&](llvm::Value* values, llvm::ArrayRef<llvm::Value*> now) { return lister.row(values, now); });
  llvm::Value* other = b.CreateIsNotNull(b.CreateBitCast(end[1], b.getIntNTy(b.lanes())));
  b.CreateStore(b.CreateZExt(b.CreateNot(other), b.getInt32Ty()), b.at(list, kListUnit));
  // Spikes that come as floats need no values.
  b.if_then(other, [&] {
    llvm::Value* values = b.at(numbers, b.CreateShl(capacity, 2));
    b.loop(b.getInt64(0), steps, b.getInt64(1), {}, [&](llvm::Value* step, llvm::ArrayRef<llvm::Value*>) {
      llvm::Value* from = b.at(row, b.CreateMul(step, stride));
      llvm::Value* behind = b.load_word(list, b.CreateAdd(step, b.getInt64(1)));
      b.loop(b.load_word(list, step), behind, b.getInt64(1), {},
             [&](llvm::Value* event, llvm::ArrayRef<llvm::Value*>) {
               llvm::Value* value =
                   b.CreateLoad(b.getInt32Ty(), b.word_address(from, b.load_word(numbers, event)));
               b.CreateStore(value, b.word_address(values, event));
               return Values{};
             });
      return Values{};
    });
  });
  b.CreateRet(end[0]);
}

}  // namespace spikeloom
