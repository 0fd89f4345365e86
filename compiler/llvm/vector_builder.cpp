#include "llvm/vector_builder.h"

#include <numeric>

#include "equations/elementary.h"

namespace spikeloom {

static_assert(elementary::ScalarBuilder<VectorBuilder>);

VectorBuilder::VectorBuilder(llvm::LLVMContext& context, unsigned lanes, Instructions instructions)
    : IRBuilder(context), lanes_(lanes), instructions_(instructions) {
  float_vector_ = vector(getFloatTy());
  mask_vector_ = vector(getInt1Ty());
}

llvm::Value* VectorBuilder::f32(float x) {
  return splat(llvm::ConstantFP::get(getFloatTy(), llvm::APFloat(x)));
}
llvm::Value* VectorBuilder::f64(double x) {
  return splat(llvm::ConstantFP::get(getDoubleTy(), llvm::APFloat(x)));
}
llvm::Value* VectorBuilder::i32(std::uint32_t x) {
  return splat(getInt32(x));
}
llvm::Value* VectorBuilder::i64(std::uint64_t x) {
  return splat(getInt64(x));
}

llvm::Value* VectorBuilder::lane_numbers() {
  llvm::SmallVector<std::uint32_t, 16> numbers(lanes_);
  std::iota(numbers.begin(), numbers.end(), 0u);
  return llvm::ConstantDataVector::get(getContext(), numbers);
}

llvm::Value* VectorBuilder::fabs(F32 x) {
  return CreateUnaryIntrinsic(llvm::Intrinsic::fabs, x);
}
llvm::Value* VectorBuilder::sqrt(F64 x) {
  return CreateUnaryIntrinsic(llvm::Intrinsic::sqrt, x);
}

llvm::Value* VectorBuilder::floor(F32 x) {
  if (instructions_.floor) return CreateUnaryIntrinsic(llvm::Intrinsic::floor, x);
  // From 2^23 on every float32 is whole; below, the conversion to integers is exact. The sign of x is that of
  // the result, also of -0.
  auto* const small = flt(fabs(x), f32(0x1p23f));
  auto* const truncated = to_f32(CreateFPToSI(select(small, x, f32(0)), vector(getInt32Ty())));
  auto* const lowered = select(fgt(truncated, x), fsub(truncated, f32(1)), truncated);
  return select(small, CreateBinaryIntrinsic(llvm::Intrinsic::copysign, lowered, x), x);
}

/// Of every second lane at a time: CPUs multiply the low words of 64-bit lanes. Both products' words are then
/// brought together again.
std::array<llvm::Value*, 2> VectorBuilder::long_product(I32 x, std::uint32_t y) {
  if (lanes_ == 1) {
    llvm::Value* product = imul(zext(x), i64(y));
    return {trunc(product), trunc(lshr(product, 32))};
  }
  auto* const pairs = llvm::FixedVectorType::get(getInt64Ty(), lanes_ / 2);
  auto* const words = vector(getInt32Ty());
  auto* const factor = CreateVectorSplat(lanes_ / 2, getInt64(y));
  llvm::Value* lanes = CreateBitCast(x, pairs);
  llvm::Value* even = CreateMul(CreateAnd(lanes, 0xffffffff), factor);
  llvm::Value* odd = CreateMul(CreateLShr(lanes, 32), factor);
  even = CreateBitCast(even, words);
  odd = CreateBitCast(odd, words);
  llvm::SmallVector<int, 16> low, high;
  for (unsigned i = 0; i < lanes_; i += 2) {
    for (const unsigned side : {0u, lanes_}) {
      low.push_back(static_cast<int>(side + i));
      high.push_back(static_cast<int>(side + i + 1));
    }
  }
  return {CreateShuffleVector(even, odd, low), CreateShuffleVector(even, odd, high)};
}

llvm::Value* VectorBuilder::exp(F32 x) {
  return elementary::exp(*this, x);
}
llvm::Value* VectorBuilder::log(F32 x) {
  return elementary::log(*this, x);
}
llvm::Value* VectorBuilder::tanh(F32 x) {
  return elementary::tanh(*this, x);
}
llvm::Value* VectorBuilder::pow(F32 x, F32 y) {
  return elementary::pow(*this, x, y);
}

llvm::Value* VectorBuilder::fma(F32 x, F32 y, F32 z) {
  if (instructions_.fma) return CreateIntrinsic(llvm::Intrinsic::fma, {x->getType()}, {x, y, z});
  return elementary::fma(*this, x, y, z);
}

std::array<llvm::Value*, 4> VectorBuilder::philox(const std::array<I32, 4>& counter,
                                                  const std::array<I32, 2>& key) {
  return elementary::philox(*this, counter, key);
}
llvm::Value* VectorBuilder::uniform(I32 word) {
  return elementary::uniform(*this, word);
}
llvm::Value* VectorBuilder::normal(I32 word) {
  return elementary::normal(*this, word);
}

llvm::Value* VectorBuilder::load_vector(llvm::Value* pointer) {
  return CreateAlignedLoad(float_vector_, pointer, llvm::Align(lanes_ * 4));
}
void VectorBuilder::store_vector(llvm::Value* value, llvm::Value* pointer) {
  CreateAlignedStore(value, pointer, llvm::Align(lanes_ * 4));
}

llvm::Value* VectorBuilder::condition(llvm::Value* bits, unsigned v) {
  llvm::Value* mine = CreateLShr(bits, std::uint64_t{v} * lanes_);
  mine = CreateZExtOrTrunc(mine, getIntNTy(lanes_));
  if (lanes_ == 16) return CreateBitCast(mine, mask_vector_);
  // Without mask registers: every lane looks at its own bit.
  llvm::SmallVector<std::uint32_t, 8> lane_bits;
  for (unsigned i = 0; i < lanes_; ++i) lane_bits.push_back(1u << i);
  llvm::Value* spread = splat(CreateZExt(mine, getInt32Ty()));
  llvm::Value* chosen = CreateAnd(spread, llvm::ConstantDataVector::get(getContext(), lane_bits));
  return CreateICmpNE(chosen, i32(0));
}

llvm::Value* VectorBuilder::opposite(Mask x) {
  const auto* comparison = llvm::dyn_cast<llvm::FCmpInst>(x);
  if (!comparison) return lnot(x);
  return CreateFCmp(comparison->getInversePredicate(), comparison->getOperand(0), comparison->getOperand(1));
}

void VectorBuilder::if_else(llvm::Value* condition, llvm::function_ref<void()> then,
                            llvm::function_ref<void()> otherwise) {
  llvm::Function* function = GetInsertBlock()->getParent();
  auto* yes = llvm::BasicBlock::Create(getContext(), "then", function);
  auto* no = llvm::BasicBlock::Create(getContext(), "else", function);
  auto* after = llvm::BasicBlock::Create(getContext(), "after", function);
  CreateCondBr(condition, yes, no);
  for (const auto& [block, body] : {std::pair(yes, then), std::pair(no, otherwise)}) {
    SetInsertPoint(block);
    body();
    CreateBr(after);
  }
  SetInsertPoint(after);
}

Values VectorBuilder::loop(llvm::Value* begin, llvm::Value* end, llvm::Value* step,
                           llvm::ArrayRef<llvm::Value*> carried, LoopBody body) {
  llvm::Function* function = GetInsertBlock()->getParent();
  llvm::BasicBlock* before = GetInsertBlock();
  auto* inside = llvm::BasicBlock::Create(getContext(), "loop", function);
  auto* after = llvm::BasicBlock::Create(getContext(), "done", function);
  CreateCondBr(CreateICmpULT(begin, end), inside, after);

  SetInsertPoint(inside);
  llvm::PHINode* index = CreatePHI(getInt64Ty(), 2);
  index->addIncoming(begin, before);
  llvm::SmallVector<llvm::PHINode*, 8> phis;
  Values now;
  for (llvm::Value* initial : carried) {
    phis.push_back(CreatePHI(initial->getType(), 2));
    phis.back()->addIncoming(initial, before);
    now.push_back(phis.back());
  }
  const Values next = body(index, now);
  llvm::Value* advanced = CreateNUWAdd(index, step);
  llvm::BasicBlock* last = GetInsertBlock();
  index->addIncoming(advanced, last);
  for (std::size_t i = 0; i < phis.size(); ++i) phis[i]->addIncoming(next[i], last);
  CreateCondBr(CreateICmpULT(advanced, end), inside, after);

  SetInsertPoint(after);
  Values results;
  for (std::size_t i = 0; i < phis.size(); ++i) {
    llvm::PHINode* result = CreatePHI(phis[i]->getType(), 2);
    result->addIncoming(carried[i], before);
    result->addIncoming(next[i], last);
    results.push_back(result);
  }
  return results;
}

Values VectorBuilder::loop_while(llvm::ArrayRef<llvm::Value*> carried,
                                 llvm::function_ref<llvm::Value*(llvm::ArrayRef<llvm::Value*>)> condition,
                                 llvm::function_ref<Values(llvm::ArrayRef<llvm::Value*>)> body) {
  llvm::Function* function = GetInsertBlock()->getParent();
  llvm::BasicBlock* before = GetInsertBlock();
  auto* head = llvm::BasicBlock::Create(getContext(), "while", function);
  auto* inside = llvm::BasicBlock::Create(getContext(), "loop", function);
  auto* after = llvm::BasicBlock::Create(getContext(), "done", function);
  CreateBr(head);
  SetInsertPoint(head);
  Values now;
  for (llvm::Value* initial : carried) {
    llvm::PHINode* phi = CreatePHI(initial->getType(), 2);
    phi->addIncoming(initial, before);
    now.push_back(phi);
  }
  CreateCondBr(condition(now), inside, after);
  SetInsertPoint(inside);
  const Values next = body(now);
  for (std::size_t i = 0; i < now.size(); ++i)
    llvm::cast<llvm::PHINode>(now[i])->addIncoming(next[i], GetInsertBlock());
  CreateBr(head);
  SetInsertPoint(after);
  return now;
}

}  // namespace spikeloom
