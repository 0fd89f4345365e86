// Emits operations on vectors of `lanes` float32 values, and the loops around them. The primitive operations
// have the names that equations/elementary.h asks of a builder, the others those of the LLVM column of
// ops.def.
#pragma once

#include <llvm/ADT/STLFunctionalExtras.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/IRBuilder.h>

#include <array>
#include <cstdint>

namespace spikeloom {

/// What the instruction set of the target offers beyond the vector width.
struct Instructions {
  bool fma = false;             // fused multiply-add
  bool floor = false;           // rounding without a library call
  bool compress = false;        // AVX-512: the chosen lanes of a register moved to its front
  bool compress_bytes = false;  // AVX-512 VBMI2: the same for bytes
  bool operator==(const Instructions&) const = default;
};

using Values = llvm::SmallVector<llvm::Value*, 8>;

class VectorBuilder : public llvm::IRBuilder<> {
 public:
  using F32 = llvm::Value*;
  using F64 = llvm::Value*;
  using I32 = llvm::Value*;
  using I64 = llvm::Value*;
  using Mask = llvm::Value*;

  VectorBuilder(llvm::LLVMContext& context, unsigned lanes, Instructions instructions);

  unsigned lanes() const { return lanes_; }
  bool has_fma() const { return instructions_.fma; }
  bool has_mask_registers() const { return instructions_.compress && lanes_ == 16; }
  /// How many vectors the CPU's registers hold. Sixteen lanes without AVX-512 are two registers each.
  unsigned registers() const { return has_mask_registers() ? 32 : lanes_ == 16 ? 8 : 16; }
  bool can_compress() const { return instructions_.compress && lanes_ == 16; }
  bool can_compress_bytes() const { return instructions_.compress_bytes && can_compress(); }
  llvm::VectorType* float_vector() const { return float_vector_; }
  llvm::VectorType* mask_vector() const { return mask_vector_; }

  // Vectors: constants.
  F32 f32(float x);
  F64 f64(double x);
  I32 i32(std::uint32_t x);
  I64 i64(std::uint64_t x);
  I32 lane_numbers();  // 0, 1, 2, ...

  // Vectors: floating point, F64 and F32 alike.
  F64 fadd(F64 x, F64 y) { return CreateFAdd(x, y); }
  F64 fsub(F64 x, F64 y) { return CreateFSub(x, y); }
  F64 fmul(F64 x, F64 y) { return CreateFMul(x, y); }
  F64 fdiv(F64 x, F64 y) { return CreateFDiv(x, y); }
  F64 fneg(F64 x) { return CreateFNeg(x); }
  F64 fsqrt(F64 x) { return sqrt(x); }
  Mask flt(F64 x, F64 y) { return CreateFCmpOLT(x, y); }
  Mask fgt(F64 x, F64 y) { return CreateFCmpOGT(x, y); }
  Mask fge(F64 x, F64 y) { return CreateFCmpOGE(x, y); }
  Mask feq(F64 x, F64 y) { return CreateFCmpOEQ(x, y); }
  Mask is_nan(F64 x) { return CreateFCmpUNO(x, x); }

  // Vectors: integers of both widths, conditions, conversions.
  I64 iadd(I64 x, I64 y) { return CreateAdd(x, y); }
  I64 isub(I64 x, I64 y) { return CreateSub(x, y); }
  I64 imul(I64 x, I64 y) { return CreateMul(x, y); }
  I64 iand(I64 x, I64 y) { return CreateAnd(x, y); }
  I64 ior(I64 x, I64 y) { return CreateOr(x, y); }
  I64 ixor(I64 x, I64 y) { return CreateXor(x, y); }
  I64 shl(I64 x, unsigned n) { return CreateShl(x, n); }
  I64 lshr(I64 x, unsigned n) { return CreateLShr(x, n); }
  Mask ieq(I64 x, I64 y) { return CreateICmpEQ(x, y); }
  std::array<I32, 2> long_product(I32 x, std::uint32_t y);
  Mask land(Mask x, Mask y) { return CreateAnd(x, y); }
  Mask lor(Mask x, Mask y) { return CreateOr(x, y); }
  Mask lnot(Mask x) { return CreateNot(x); }
  /// As lnot; the opposite of a comparison is the opposite comparison.
  Mask opposite(Mask x);
  llvm::Value* select(Mask m, llvm::Value* x, llvm::Value* y) { return CreateSelect(m, x, y); }
  F64 widen(F32 x) { return CreateFPExt(x, vector(getDoubleTy())); }
  F32 narrow(F64 x) { return CreateFPTrunc(x, float_vector_); }
  F32 to_f32(I32 x) { return CreateSIToFP(x, float_vector_); }
  F64 to_f64(I32 x) { return CreateSIToFP(x, vector(getDoubleTy())); }
  I64 zext(I32 x) { return CreateZExt(x, vector(getInt64Ty())); }
  I32 trunc(I64 x) { return CreateTrunc(x, vector(getInt32Ty())); }
  I64 bits64(F64 x) { return CreateBitCast(x, vector(getInt64Ty())); }
  F64 value64(I64 x) { return CreateBitCast(x, vector(getDoubleTy())); }

  // Operations of ops.def that are no single instruction.
  /// Of conditions and bytes.
  F32 real(llvm::Value* x) { return CreateUIToFP(x, float_vector_); }
  /// Bytes are whole numbers from 0 to 255.
  bool is_bytes(const llvm::Value* x) const { return x->getType()->getScalarType()->isIntegerTy(8); }
  llvm::Value* bytes(F32 x) { return CreateFPToUI(x, vector(getInt8Ty())); }
  F32 fabs(F32 x);
  F64 sqrt(F64 x);
  F32 floor(F32 x);
  F32 exp(F32 x);
  F32 log(F32 x);
  F32 tanh(F32 x);
  F32 pow(F32 x, F32 y);
  F32 fma(F32 x, F32 y, F32 z);

  /// Vector v of a row's bits as a condition: bits v * lanes to (v + 1) * lanes - 1 of an integer.
  Mask condition(llvm::Value* bits, unsigned v);

  // Random numbers: the four words of a step, and what is made of one.
  std::array<I32, 4> philox(const std::array<I32, 4>& counter, const std::array<I32, 2>& key);
  F32 uniform(I32 word);
  F32 normal(I32 word);

  llvm::VectorType* vector(llvm::Type* element) const { return llvm::FixedVectorType::get(element, lanes_); }
  llvm::Value* splat(llvm::Value* scalar) { return CreateVectorSplat(lanes_, scalar); }

  // Addresses and scalars.
  llvm::Value* at(llvm::Value* pointer, llvm::Value* bytes) {
    return CreateInBoundsGEP(getInt8Ty(), pointer, bytes);
  }
  llvm::Value* at(llvm::Value* pointer, std::uint64_t bytes) { return at(pointer, getInt64(bytes)); }
  /// Element `index` of 32-bit words.
  llvm::Value* word_address(llvm::Value* words, llvm::Value* index) { return at(words, CreateShl(index, 2)); }
  llvm::Value* load_word(llvm::Value* words, llvm::Value* index) {
    return CreateZExt(CreateLoad(getInt32Ty(), word_address(words, index)), getInt64Ty());
  }
  void store_word(llvm::Value* words, llvm::Value* index, llvm::Value* word) {
    CreateStore(CreateTrunc(word, getInt32Ty()), word_address(words, index));
  }
  llvm::Value* load_vector(llvm::Value* pointer);
  void store_vector(llvm::Value* value, llvm::Value* pointer);
  llvm::Value* round_up(llvm::Value* n, std::uint64_t power_of_two) {
    return CreateAnd(CreateAdd(n, getInt64(power_of_two - 1)), ~(power_of_two - 1));
  }
  llvm::Value* minimum(llvm::Value* x, llvm::Value* y) { return CreateSelect(CreateICmpULT(x, y), x, y); }

  using LoopBody = llvm::function_ref<Values(llvm::Value* index, llvm::ArrayRef<llvm::Value*> carried)>;
  /// for (index = begin; index < end; index += step) carried = body(index, carried); unsigned, 64 bits.
  Values loop(llvm::Value* begin, llvm::Value* end, llvm::Value* step, llvm::ArrayRef<llvm::Value*> carried,
              LoopBody body);
  void if_else(llvm::Value* condition, llvm::function_ref<void()> then, llvm::function_ref<void()> otherwise);
  void if_then(llvm::Value* condition, llvm::function_ref<void()> then) {
    if_else(condition, then, [] {});
  }
  /// while (condition(carried)) carried = body(carried).
  Values loop_while(llvm::ArrayRef<llvm::Value*> carried,
                    llvm::function_ref<llvm::Value*(llvm::ArrayRef<llvm::Value*>)> condition,
                    llvm::function_ref<Values(llvm::ArrayRef<llvm::Value*>)> body);

 private:
  unsigned lanes_;
  Instructions instructions_;
  llvm::VectorType* float_vector_;
  llvm::VectorType* mask_vector_;
};

}  // namespace spikeloom
