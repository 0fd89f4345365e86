// Named lines -> the numbered nodes of a Cell: names resolved, conditions that count as numbers made
// explicit, equal nodes shared, what is fixed computed once, what nobody needs left out.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "equations/cell.h"
#include "equations/syntax.h"

namespace spikeloom {

class Lowering {
 public:
  /// Names that are leaves; a later definition of the same name hides them.
  void parameter(const std::string& name, std::uint32_t index) { define(name, leaf(Op::Parameter, index)); }
  void port(const std::string& name, std::uint32_t index) { define(name, leaf(Op::Port, index)); }
  void state(const std::string& name, std::uint32_t index) { define(name, leaf(Op::State, index)); }
  void define(const std::string& name, NodeId node) { names_[name] = node; }
  NodeId named(const std::string& name) const;

  /// `table` is the level table of Quantize.
  NodeId lower(const Expression& e, std::uint32_t table = 0);
  NodeId real(NodeId x);
  Type type(NodeId x) const { return nodes_[x].type; }

  /// The finished cell: `steps` are computed every step, `setup` once. Ids become those of cell.nodes and
  /// cell.setup.
  void finish(Cell& cell, std::vector<NodeId*> steps, std::vector<NodeId*> setup);

 private:
  NodeId leaf(Op op, std::uint32_t index = 0, float value = 0);
  NodeId make(Op op, std::array<NodeId, 3> arg);
  NodeId simplified(Op op, const std::array<NodeId, 3>& arg);
  NodeId folded(Op op, const std::array<NodeId, 3>& arg);
  NodeId split(Op op, const std::array<NodeId, 3>& arg);
  NodeId insert(const ExprNode& node);
  bool is_literal(NodeId x, float value) const;

  std::vector<ExprNode> nodes_;
  std::vector<bool> fixed_;  // leaves are parameters, dt and literals only
  std::map<std::array<std::uint64_t, 3>, NodeId> known_;
  std::map<std::string, NodeId, std::less<>> names_;
};

}  // namespace spikeloom
