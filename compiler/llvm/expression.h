// The expressions of a cell as vector instructions.
#pragma once

#include <vector>

#include "equations/cell.h"
#include "llvm/vector_builder.h"

namespace spikeloom {

/// What the leaves of a cell read, for one vector of neurons in one step.
struct Leaves {
  struct Table {
    llvm::Value *midpoints, *levels;  // addresses
    unsigned bits;                    // log2 of the number of levels
  };
  llvm::ArrayRef<llvm::Value*> ports, states, fixed;  // states that are bytes count down
  llvm::ArrayRef<Table> tables;
  llvm::Value* step = nullptr;                                     // number of the step as float32
  llvm::function_ref<std::array<llvm::Value*, 4>()> random_words;  // called once at most
  llvm::Value* winner = nullptr;                                   // condition
  std::vector<bool> not_negative;                         // of the fixed values: finite, without a sign bit
  llvm::ArrayRef<std::pair<NodeId, llvm::Value*>> known;  // nodes that need not be computed
};

/// A condition over states and fixed values whose counterpart over the new states is computed anyway: what a
/// step finds is what the step before has computed.
struct CarriedCondition {
  NodeId at_begin, at_end;
};
std::vector<CarriedCondition> carried_conditions(const Cell& cell, const std::vector<bool>& needed);

/// The nodes that `wanted` needs, operands included; those of `known` need nothing.
std::vector<bool> needed_nodes(const Cell& cell, llvm::ArrayRef<NodeId> wanted,
                               llvm::ArrayRef<NodeId> known = {});

/// A value for each needed node; null for the others. What a counter counts in is bytes.
std::vector<llvm::Value*> emit_expressions(VectorBuilder& b, const Cell& cell,
                                           const std::vector<bool>& needed, const Leaves& leaves);

/// About how many instructions one vector of neurons takes in one step.
std::size_t instruction_estimate(const Cell& cell, bool has_fma);

bool uses(const Cell& cell, Op op);

}  // namespace spikeloom
