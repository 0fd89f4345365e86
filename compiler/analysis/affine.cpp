#include "analysis/affine.h"

#include <algorithm>

namespace spikeloom {
namespace {

/// Degree of a node in the states: 0, 1, or 2 for everything beyond.
constexpr int kBeyond = 2;

int degree_of(const ExprNode& node, const std::vector<int>& degree) {
  if (node.type == Type::Bool) return 0;
  const auto arg = [&](int k) { return degree[node.arg[k]]; };
  switch (node.op) {
    case Op::State:
      return 1;
    case Op::Real:
      return 0;
    case Op::Neg:
    case Op::Abs:  // which sign it takes is a condition
      return arg(0);
    case Op::Add:
    case Op::Sub:
    case Op::Min:
    case Op::Max:
      return std::max(arg(0), arg(1));
    case Op::Mul:
      return std::min(arg(0) + arg(1), kBeyond);
    case Op::Fma:
      return std::max(std::min(arg(0) + arg(1), kBeyond), arg(2));
    case Op::Div:
      return arg(1) == 0 ? arg(0) : kBeyond;
    case Op::Select:
      return std::max(arg(1), arg(2));
    default:
      for (int k = 0; k < arity(node.op); ++k)
        if (arg(k) > 0) return kBeyond;
      return 0;
  }
}

}  // namespace

std::vector<bool> affine_states(const Cell& cell) {
  std::vector<int> degree;
  for (const ExprNode& node : cell.nodes) degree.push_back(degree_of(node, degree));
  std::vector<bool> affine;
  for (const NodeId next : cell.next_state) affine.push_back(degree[next] < kBeyond);
  return affine;
}

}  // namespace spikeloom
