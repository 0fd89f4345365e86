// Some vectors of neurons that are computed together, and their bits in a row.
#pragma once

#include "llvm/vector_builder.h"

namespace spikeloom {

struct Tile {
  llvm::Value* first;  // neuron
  unsigned vectors;
  bool last;  // may reach behind the last neuron: bits must be cut
};

/// The bits of vector v of a tile, as a condition.
llvm::Value* load_bits(VectorBuilder& b, llvm::Value* row, const Tile& tile, unsigned v);

/// The conditions of all vectors as bits; with `existing`, only of those neurons. Below 8 neurons they share
/// a byte with their neighbours.
void store_bits(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> conditions, llvm::Value* existing,
                llvm::Value* row, const Tile& tile);

/// Which lanes of a tile of one vector are neurons.
llvm::Value* existing_neurons(VectorBuilder& b, llvm::Value* end_neuron, const Tile& tile);

}  // namespace spikeloom
