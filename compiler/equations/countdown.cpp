#include "equations/countdown.h"

#include <cmath>

namespace spikeloom {
namespace {

bool is_literal(const ExprNode& n, float value) {
  return n.op == Op::Literal && n.type == Type::Real && n.value == value && !std::signbit(n.value);
}

/// max(state - 1, 0)
bool is_one_less(const Cell& cell, const ExprNode& n, std::size_t state) {
  if (n.op != Op::Max || !is_literal(cell.nodes[n.arg[1]], 0)) return false;
  const ExprNode& less = cell.nodes[n.arg[0]];
  if (less.op != Op::Sub || !is_literal(cell.nodes[less.arg[1]], 1)) return false;
  const ExprNode& counter = cell.nodes[less.arg[0]];
  return counter.op == Op::State && counter.index == state;
}

}  // namespace

std::optional<Countdown> countdown(const Cell& cell, std::size_t state) {
  const NodeId next = cell.next_state[state];
  const ExprNode& chosen = cell.nodes[next];
  if (chosen.op != Op::Select || chosen.type != Type::Real) return {};
  const auto [condition, start, left] = chosen.arg;
  const ExprNode& from = cell.nodes[start];
  const bool is_fixed = from.op == Op::Fixed || (from.op == Op::Literal && from.type == Type::Real);
  if (!is_fixed || !is_one_less(cell, cell.nodes[left], state)) return {};
  return Countdown{next, start, left};
}

}  // namespace spikeloom
