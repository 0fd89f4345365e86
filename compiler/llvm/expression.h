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
  std::vector<bool> is_zero;                                       // of the fixed values: +0 for every neuron
  using Known = llvm::ArrayRef<std::pair<NodeId, llvm::Value*>>;
  Known known;                    // nodes that need not be computed
  Known known_opposites;          // a condition of which the opposite is known
  llvm::ArrayRef<NodeId> wanted;  // with one: nodes whose values are used
};

/// A condition over states and fixed values whose counterpart over the new states is computed anyway: what a
/// step finds is what the step before has computed.
struct CarriedCondition {
  NodeId at_begin, at_end;
  /// Its opposite goes from step to step: it does nothing but choose, and sets two values or more to 0. Where
  /// it does not hold, what computes those values can write the 0 itself (zero masking).
  bool as_opposite = false;
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
