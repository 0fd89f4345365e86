#include "equations/lower.h"

#include <bit>
#include <cmath>

#include "equations/evaluate.h"
#include "support/check.h"

namespace spikeloom {

NodeId Lowering::named(const std::string& name) const {
  const auto found = names_.find(name);
  SPIKELOOM_CHECK(found != names_.end(), "equations", "no value for the name " + name);
  return found->second;
}

NodeId Lowering::insert(const ExprNode& node) {
  // Literals are told apart by their bits: 0 and -0 are different numbers.
  const std::array<std::uint64_t, 3> key = {
      (std::uint64_t{static_cast<std::uint8_t>(node.op)} << 40) |
          (static_cast<std::uint64_t>(node.type) << 32) | std::bit_cast<std::uint32_t>(node.value),
      (std::uint64_t{node.index} << 32) | node.arg[0], (std::uint64_t{node.arg[1]} << 32) | node.arg[2]};
  const auto [at, fresh] = known_.try_emplace(key, static_cast<NodeId>(nodes_.size()));
  if (!fresh) return at->second;
  bool fixed = node.op == Op::Literal || node.op == Op::Parameter || node.op == Op::Dt;
  const int operands = arity(node.op);
  if (operands > 0) fixed = node.op != Op::Winner && node.op != Op::Quantize;
  for (int k = 0; k < operands; ++k) fixed = fixed && fixed_[node.arg[k]];
  nodes_.push_back(node);
  fixed_.push_back(fixed);
  return at->second;
}

NodeId Lowering::leaf(Op op, std::uint32_t index, float value) {
  return insert({op, Type::Real, value, index, {kNoNode, kNoNode, kNoNode}});
}

bool Lowering::is_literal(NodeId x, float value) const {
  return nodes_[x].op == Op::Literal &&
         std::bit_cast<std::uint32_t>(nodes_[x].value) == std::bit_cast<std::uint32_t>(value);
}

NodeId Lowering::real(NodeId x) {
  return nodes_[x].type == Type::Real ? x : make(Op::Real, {x, kNoNode, kNoNode});
}

/// The rewrites that keep every bit (equations.md, section 4), NaN payloads aside.
NodeId Lowering::simplified(Op op, const std::array<NodeId, 3>& arg) {
  const NodeId x = arg[0], y = arg[1];
  switch (op) {
    case Op::Mul:
      if (is_literal(y, 1)) return x;
      if (is_literal(x, 1)) return y;
      break;
    case Op::Div: {
      if (is_literal(y, 1)) return x;
      if (nodes_[y].op != Op::Literal) break;
      int exponent = 0;
      const float reciprocal = 1 / nodes_[y].value;
      const bool power = std::fabs(std::frexp(nodes_[y].value, &exponent)) == 0.5f;
      if (power && std::isnormal(reciprocal))
        return make(Op::Mul, {x, leaf(Op::Literal, 0, reciprocal), kNoNode});
      break;
    }
    case Op::Sub:
      if (is_literal(y, 0.0f)) return x;
      if (nodes_[y].op == Op::Neg) return make(Op::Add, {x, nodes_[y].arg[0], kNoNode});
      break;
    case Op::Add:
      if (is_literal(y, -0.0f)) return x;
      if (is_literal(x, -0.0f)) return y;
      break;
    case Op::Select:
      if (arg[1] == arg[2]) return arg[1];
      break;
    default:
      break;
  }
  return kNoNode;
}

/// Literals alone: their value now, where it is a finite number.
NodeId Lowering::folded(Op op, const std::array<NodeId, 3>& arg) {
  if (arity(op) == 0 || result_type(op) != Type::Real || op == Op::Select || op == Op::Quantize)
    return kNoNode;
  std::array<float, 3> values{};
  for (int k = 0; k < arity(op); ++k) {
    if (nodes_[arg[k]].op != Op::Literal) return kNoNode;
    values[k] = nodes_[arg[k]].value;
  }
  const float value = apply_operation(op, values[0], values[1], values[2]);
  return std::isfinite(value) ? leaf(Op::Literal, 0, value) : kNoNode;
}

/// A condition that meets fixed values: op(b, p) is b ? op(1, p) : op(0, p) with both sides fixed.
NodeId Lowering::split(Op op, const std::array<NodeId, 3>& arg) {
  if (result_type(op) != Type::Real || op == Op::Select || op == Op::Real || op == Op::Quantize)
    return kNoNode;
  int at = -1;
  for (int k = 0; k < arity(op); ++k) {
    if (fixed_[arg[k]]) continue;
    if (at >= 0 || nodes_[arg[k]].op != Op::Real) return kNoNode;
    at = k;
  }
  if (at < 0) return kNoNode;
  std::array<NodeId, 3> one = arg, zero = arg;
  one[at] = leaf(Op::Literal, 0, 1);
  zero[at] = leaf(Op::Literal, 0, 0);
  const NodeId condition = nodes_[arg[at]].arg[0];
  return make(Op::Select, {condition, make(op, one), make(op, zero)});
}

NodeId Lowering::make(Op op, std::array<NodeId, 3> arg) {
  Type type = result_type(op);
  if (op == Op::Select)
    type = nodes_[arg[1]].type == Type::Bool && nodes_[arg[2]].type == Type::Bool ? Type::Bool : Type::Real;
  for (int k = 0; k < arity(op); ++k)
    if (!takes_condition(op, k) && op != Op::Real && !(op == Op::Select && type == Type::Bool))
      arg[k] = real(arg[k]);
  if (const NodeId id = simplified(op, arg); id != kNoNode) return id;
  if (const NodeId id = folded(op, arg); id != kNoNode) return id;
  if (const NodeId id = split(op, arg); id != kNoNode) return id;
  if ((op == Op::Add || op == Op::Mul) && arg[0] > arg[1]) std::swap(arg[0], arg[1]);
  return insert({op, type, 0, 0, arg});
}

NodeId Lowering::lower(const Expression& e, std::uint32_t table) {
  std::vector<NodeId> ids(e.terms.size());
  for (std::size_t i = 0; i < e.terms.size(); ++i) {
    const Term& term = e.terms[i];
    if (!term.name.empty()) {
      if (names_.contains(term.name))
        ids[i] = named(term.name);
      else if (term.name == "dt")
        ids[i] = leaf(Op::Dt);
      else if (term.name == "t")
        ids[i] = leaf(Op::Step);
      else
        ids[i] = named(term.name);
      continue;
    }
    std::array<NodeId, 3> arg{kNoNode, kNoNode, kNoNode};
    for (int k = 0; k < term.arity(); ++k) arg[k] = ids[term.arg[k]];
    if (term.op == Op::Literal)
      ids[i] = leaf(Op::Literal, 0, term.value);
    else if (term.op == Op::Uniform || term.op == Op::Normal)
      ids[i] = leaf(term.op, term.index);
    else if (term.op == Op::Quantize)
      ids[i] = insert({Op::Quantize, Type::Real, 0, table, {real(arg[0]), kNoNode, kNoNode}});
    else
      ids[i] = make(term.op, arg);
  }
  return ids.back();
}

void Lowering::finish(Cell& cell, std::vector<NodeId*> steps, std::vector<NodeId*> setup) {
  // Conditions that never change enter a step as numbers, so that a Fixed leaf is always real.
  const NodeId zero = leaf(Op::Literal, 0, 0);
  const auto fixed_real = [&](NodeId id) {
    return nodes_[id].type == Type::Real ? id : insert({Op::Real, Type::Real, 0, 0, {id, kNoNode, kNoNode}});
  };
  for (NodeId id = 0; id < nodes_.size(); ++id)
    if (fixed_[id] && nodes_[id].type == Type::Bool) fixed_real(id);

  std::vector<bool> in_step(nodes_.size()), in_setup(nodes_.size());
  for (const NodeId* id : steps) in_step[*id] = true;
  for (const NodeId* id : setup) in_setup[*id] = true;
  for (std::size_t id = nodes_.size(); id-- > 0;)
    if (in_step[id] && !fixed_[id])
      for (int k = 0; k < arity(nodes_[id].op); ++k) in_step[nodes_[id].arg[k]] = true;
  for (NodeId id = 0; id < nodes_.size(); ++id)
    if (in_step[id] && fixed_[id] && nodes_[id].op != Op::Literal) in_setup[fixed_real(id)] = true;
  for (std::size_t id = nodes_.size(); id-- > 0;)
    if (in_setup[id])
      for (int k = 0; k < arity(nodes_[id].op); ++k) in_setup[nodes_[id].arg[k]] = true;

  const auto moved_node = [&](NodeId id, const std::vector<NodeId>& moved) {
    ExprNode node = nodes_[id];
    for (int k = 0; k < arity(node.op); ++k) node.arg[k] = moved[node.arg[k]];
    return node;
  };
  std::vector<NodeId> setup_id(nodes_.size(), kNoNode), step_id(nodes_.size(), kNoNode);
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    if (!in_setup[id]) continue;
    setup_id[id] = static_cast<NodeId>(cell.setup.size());
    cell.setup.push_back(moved_node(id, setup_id));
  }
  const auto append = [&](const ExprNode& node) {
    cell.nodes.push_back(node);
    return static_cast<NodeId>(cell.nodes.size() - 1);
  };
  NodeId step_zero = kNoNode;
  for (NodeId id = 0; id < nodes_.size(); ++id) {
    if (!in_step[id]) continue;
    if (!fixed_[id] || nodes_[id].op == Op::Literal) {
      step_id[id] = append(moved_node(id, step_id));
      continue;
    }
    const auto index = static_cast<std::uint32_t>(cell.fixed.size());
    cell.fixed.push_back(setup_id[fixed_real(id)]);
    step_id[id] = append({Op::Fixed, Type::Real, 0, index, {kNoNode, kNoNode, kNoNode}});
    if (nodes_[id].type == Type::Real) continue;
    if (step_zero == kNoNode) step_zero = append(nodes_[zero]);
    step_id[id] = append({Op::Ne, Type::Bool, 0, 0, {step_id[id], step_zero, kNoNode}});
  }
  for (NodeId* id : steps) *id = step_id[*id];
  for (NodeId* id : setup) *id = setup_id[*id];
}

}  // namespace spikeloom
