#include "llvm/tile.h"

namespace spikeloom {
namespace {

llvm::Value* byte_of(VectorBuilder& b, llvm::Value* row, const Tile& tile) {
  return b.at(row, b.CreateLShr(tile.first, 3));
}

llvm::Value* bit_in_byte(VectorBuilder& b, const Tile& tile) {
  return b.CreateTrunc(b.CreateAnd(tile.first, 7), b.getInt8Ty());
}

}  // namespace

llvm::Value* load_bits(VectorBuilder& b, llvm::Value* row, const Tile& tile) {
  const unsigned n = tile.neurons(b);
  llvm::Value* address = byte_of(b, row, tile);
  if (n >= 8) return b.CreateAlignedLoad(b.getIntNTy(n), address, llvm::Align(n / 8));
  llvm::Value* byte = b.CreateLoad(b.getInt8Ty(), address);
  return b.CreateTrunc(b.CreateLShr(byte, bit_in_byte(b, tile)), b.getIntNTy(n));
}

void store_bits(VectorBuilder& b, llvm::Value* bits, llvm::Value* row, const Tile& tile) {
  const unsigned n = tile.neurons(b);
  llvm::Value* address = byte_of(b, row, tile);
  if (n >= 8) {
    b.CreateAlignedStore(bits, address, llvm::Align(n / 8));
    return;
  }
  llvm::Value* shift = bit_in_byte(b, tile);
  llvm::Value* mine = b.CreateShl(b.getInt8(static_cast<std::uint8_t>((1u << n) - 1)), shift);
  llvm::Value* others = b.CreateAnd(b.CreateLoad(b.getInt8Ty(), address), b.CreateNot(mine));
  b.CreateStore(b.CreateOr(others, b.CreateShl(b.CreateZExt(bits, b.getInt8Ty()), shift)), address);
}

llvm::Value* append_bits(VectorBuilder& b, llvm::Value* bits, llvm::Value* condition, const Tile& tile,
                         unsigned v) {
  llvm::Type* type = b.getIntNTy(tile.neurons(b));
  llvm::Value* mine = b.CreateZExt(b.CreateBitCast(condition, b.getIntNTy(b.lanes())), type);
  mine = b.CreateShl(mine, std::uint64_t{v} * b.lanes());
  return bits ? b.CreateOr(bits, mine) : mine;
}

llvm::Value* existing_bits(VectorBuilder& b, llvm::Value* end_neuron, const Tile& tile) {
  const unsigned n = tile.neurons(b);
  llvm::Value* left = b.CreateSub(end_neuron, tile.first);
  llvm::Value* some = b.CreateNot(b.CreateShl(b.getInt64(~std::uint64_t{0}), b.CreateAnd(left, 63)));
  llvm::Value* all = b.getInt64(~std::uint64_t{0});
  llvm::Value* mask = b.CreateSelect(b.CreateICmpUGE(left, b.getInt64(n)), all, some);
  return b.CreateTrunc(mask, b.getIntNTy(n));
}

}  // namespace spikeloom
