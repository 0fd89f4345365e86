#include "llvm/tile.h"

#include <llvm/IR/Intrinsics.h>

namespace spikeloom {
namespace {

llvm::Value* byte_of(VectorBuilder& b, llvm::Value* row, llvm::Value* neuron) {
  return b.at(row, b.CreateLShr(neuron, 3));
}

llvm::Value* bit_in_byte(VectorBuilder& b, llvm::Value* neuron) {
  return b.CreateTrunc(b.CreateAnd(neuron, 7), b.getInt8Ty());
}

llvm::Value* neuron_of(VectorBuilder& b, const Tile& tile, unsigned v) {
  return b.CreateAdd(tile.first, b.getInt64(std::uint64_t{v} * b.lanes()));
}

/// Fewer than 8 bits, into their byte.
void store_some_bits(VectorBuilder& b, llvm::Value* bits, unsigned n, llvm::Value* row, llvm::Value* neuron) {
  llvm::Value* address = byte_of(b, row, neuron);
  llvm::Value* shift = bit_in_byte(b, neuron);
  llvm::Value* mine = b.CreateShl(b.getInt8(static_cast<std::uint8_t>((1u << n) - 1)), shift);
  llvm::Value* others = b.CreateAnd(b.CreateLoad(b.getInt8Ty(), address), b.CreateNot(mine));
  b.CreateStore(b.CreateOr(others, b.CreateShl(b.CreateZExt(bits, b.getInt8Ty()), shift)), address);
}

}  // namespace

llvm::Value* load_bits(VectorBuilder& b, llvm::Value* row, const Tile& tile, unsigned v) {
  const unsigned n = b.lanes();
  if (n >= 8) {
    llvm::Value* address = b.at(byte_of(b, row, tile.first), std::uint64_t{v} * n / 8);
    return b.condition(b.CreateAlignedLoad(b.getIntNTy(n), address, llvm::Align(n / 8)), 0);
  }
  llvm::Value* neuron = neuron_of(b, tile, v);
  llvm::Value* byte = b.CreateLoad(b.getInt8Ty(), byte_of(b, row, neuron));
  return b.condition(b.CreateTrunc(b.CreateLShr(byte, bit_in_byte(b, neuron)), b.getIntNTy(n)), 0);
}

void store_bits(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> conditions, llvm::Value* existing,
                llvm::Value* row, const Tile& tile) {
  // So many vectors fill a byte; the conditions of each such part are stored together.
  const unsigned lanes = b.lanes(), together = std::max(1u, std::min(8 / lanes, tile.vectors));
  llvm::Type* type = b.getIntNTy(together * lanes);
  for (unsigned v = 0; v < tile.vectors; v += together) {
    llvm::Value* bits = nullptr;
    for (unsigned i = 0; i < together; ++i) {
      llvm::Value* condition = existing ? b.land(conditions[v + i], existing) : conditions[v + i];
      llvm::Value* mine = b.CreateZExt(b.CreateBitCast(condition, b.getIntNTy(lanes)), type);
      mine = b.CreateShl(mine, std::uint64_t{i} * lanes);
      bits = bits ? b.CreateOr(bits, mine) : mine;
    }
    const unsigned bytes = together * lanes / 8;
    if (bytes > 0)  // whole ones: the tile begins with one
      b.CreateAlignedStore(bits, b.at(byte_of(b, row, tile.first), std::uint64_t{v} * lanes / 8),
                           llvm::Align(bytes));
    else
      store_some_bits(b, bits, together * lanes, row, neuron_of(b, tile, v));
  }
}

llvm::Value* existing_neurons(VectorBuilder& b, llvm::Value* end_neuron, const Tile& tile) {
  // A vector may lie wholly behind the end: none are left then.
  llvm::Value* count = b.CreateBinaryIntrinsic(llvm::Intrinsic::usub_sat, end_neuron, tile.first);
  llvm::Value* left = b.splat(b.CreateTrunc(count, b.getInt32Ty()));
  return b.CreateICmpULT(b.lane_numbers(), left);
}

}  // namespace spikeloom
