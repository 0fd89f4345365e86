// What one neuron does in one step, with every option chosen: the list of expressions that the reference
// evaluates, the code generator emits and `describe` prints.
#pragma once

#include <string>
#include <vector>

#include "equations/expr.h"

namespace spikeloom {

/// Levels of a quantiser, ascending float32, and the midpoints: the level of x is the number of midpoints <
/// x.
struct LevelTable {
  std::vector<float> levels;     // 2^bits
  std::vector<float> midpoints;  // one fewer
  bool operator==(const LevelTable&) const = default;
};

struct CellState {
  std::string name, doc;
  NodeId initial = kNoNode;  // in Cell::setup, over parameters; kNoNode: 0
};

struct PrintedLine {
  std::string name, expression;
};

struct Cell {
  std::string model;  // "lif", "relu", ...
  std::vector<std::string> ports;
  std::vector<std::string>
      parameters;                 // the order of Parameter leaves; "refractory" and "graded" last, where used
  std::vector<CellState> states;  // "refractory" last, where used

  /// Expressions over parameters, dt and literals, computed once by the reference evaluator.
  std::vector<ExprNode> setup;
  std::vector<NodeId> fixed;       // setup node of each Fixed leaf
  std::vector<LevelTable> tables;  // of Quantize

  std::vector<ExprNode> nodes;     // no Parameter or Dt leaves; State leaves are values at the step's begin
  std::vector<NodeId> next_state;  // per state: its value when the step ends
  NodeId output = kNoNode;         // main output; type Bool: spikes, stored as bits
  NodeId winner =
      kNoNode;  // the Winner node if there is inhibition: its operand is computed first, for everyone

  std::vector<PrintedLine> lines;  // as text, with the frame, in the order in which they run

  bool spikes() const { return nodes[output].type == Type::Bool; }
};

}  // namespace spikeloom
