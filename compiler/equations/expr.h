// Expressions: numbered nodes in a flat list, operands first.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace spikeloom {

/// Leaves first, then every row of ops.def, in its order.
enum class Op : std::uint8_t {
  Literal,    // `value`
  Parameter,  // `index`: a parameter of the node; only in Setup
  Dt,         // ms per step; only in Setup
  Fixed,      // `index`: a value computed once at load; only in Cell::nodes
  Port,       // `index`: the sum that reaches a port; +0 if nothing is connected
  State,      // `index`: the state as the step begins
  Step,       // number of the step as float32
  Uniform,    // `index`: random stream 0...3
  Normal,
  Winner,    // arg[0]: true at the largest value of the sample's population (NaN lowest, ties to the lowest
             // index)
  Quantize,  // arg[0], `index`: the level table
#define OP(name, type, arity, text, scalar, emit, derivative) name,
#include "equations/ops.def"  // undefines OP at its end
};

enum class Type : std::uint8_t { Real, Bool };

using NodeId = std::uint32_t;
inline constexpr NodeId kNoNode = 0xffffffffu;

struct ExprNode {
  Op op = Op::Literal;
  Type type = Type::Real;
  float value = 0;          // Literal
  std::uint32_t index = 0;  // leaves and Quantize
  std::array<NodeId, 3> arg{kNoNode, kNoNode, kNoNode};
  bool operator==(const ExprNode&) const = default;  // floats by value: literals are finite
};

int arity(Op op);
Type result_type(Op op);  // Select takes its operands' type
const char* name_of(Op op);
/// Whether operand k is a condition; every other operand is real, but for the branches of Select, which may
/// be either.
bool takes_condition(Op op, int k);

}  // namespace spikeloom
