// Some vectors of neurons that are computed together, and their bits in a row.
#pragma once

#include "llvm/vector_builder.h"

namespace spikeloom {

struct Tile {
  llvm::Value* first;  // neuron
  unsigned vectors;
  bool last;  // may reach behind the last neuron: bits must be cut

  unsigned neurons(const VectorBuilder& b) const { return vectors * b.lanes(); }
};

/// The bits of a tile as one integer; below 8 neurons they share a byte with their neighbours.
llvm::Value* load_bits(VectorBuilder& b, llvm::Value* row, const Tile& tile);
void store_bits(VectorBuilder& b, llvm::Value* bits, llvm::Value* row, const Tile& tile);

/// `bits` (null: none yet) with the conditions of vector v.
llvm::Value* append_bits(VectorBuilder& b, llvm::Value* bits, llvm::Value* condition, const Tile& tile,
                         unsigned v);

/// Ones for the neurons of the tile that exist.
llvm::Value* existing_bits(VectorBuilder& b, llvm::Value* end_neuron, const Tile& tile);

}  // namespace spikeloom
