#include "schedule/fuse.h"

#include <algorithm>
#include <variant>

namespace spikeloom {
namespace {

/// Whether a pool takes the sums of a convolution as they lie.
bool is_grid_of(const Windows& pool, const Windows& sums) {
  return pool.in_channels == sums.out_channels && pool.rows.in == sums.rows.out &&
         pool.columns.in == sums.columns.out;
}

/// Each has a panel of currents on the stack of the kernel.
constexpr std::size_t kMostInOneStage = 4;
/// Operations that are inlined: of a node, which is one at least, and into a stage. What is more is worth a
/// stage of its own; and equations of so many operations may be as long as code may be.
constexpr std::size_t kFewOperations = 16, kMostInlined = 48, kManyOperations = 256;

std::size_t operations(const Cell& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell.nodes, [](const ExprNode& n) { return arity(n.op) > 0; }));
}

/// Nothing but some arithmetic on what it reads.
bool is_plain(const Cell& cell) {
  if (!cell.states.empty() || cell.spikes() || cell.winner != kNoNode) return false;
  return operations(cell) <= kFewOperations && std::ranges::none_of(cell.nodes, [](const ExprNode& n) {
           return n.op == Op::Exp || n.op == Op::Log || n.op == Op::Tanh || n.op == Op::Pow ||
                  n.op == Op::Uniform || n.op == Op::Normal;
         });
}

struct Reader {
  std::uint32_t node = 0;
  std::uint32_t delay = 0;
};

class Search {
 public:
  Search(const Model& model, const SignalFacts& facts, const std::vector<Component>& components)
      : model_(model), facts_(facts), readers_(model.nodes.size()), given_out_(model.nodes.size(), false) {
    for (std::uint32_t i = 0; i < model.nodes.size(); ++i) {
      if (facts.aliased(i)) continue;
      for (const Source& s : model.nodes[i].sources())
        if (const Signal from = facts.root(s.signal); is_layer(from))
          readers_[from.index].push_back({i, s.delay});
    }
    for (const ModelOutput& o : model.outputs)
      if (const Signal from = facts.root(o.signal); is_layer(from)) given_out_[from.index] = true;
    component_.resize(model.nodes.size());
    for (std::uint32_t c = 0; c < components.size(); ++c) {
      cyclic_.push_back(components[c].cyclic);
      for (const std::uint32_t node : components[c].nodes) component_[node] = c;
    }
  }

  /// Why layer `i` stays alone; "" if it need not, and then `reader` is the one that takes it.
  std::string reason(std::uint32_t i, std::uint32_t& reader) const {
    const auto* sums_for_pool = std::get_if<Convolution>(&model_.nodes[i].kind);
    if (facts_.constant({.index = i})) return "its input is constant: it is computed once";
    if (given_out_[i]) return "it is an output of the graph";
    if (readers_[i].empty()) return "nobody reads it";
    reader = readers_[i].front().node;
    const ModelNode& by = model_.nodes[reader];
    for (const Reader& r : readers_[i]) {
      if (r.node != reader) return "several nodes read it";
      if (r.delay > 0) return by.name + " reads it with a delay";
    }
    const auto* population = std::get_if<Population>(&by.kind);
    const auto* pool = std::get_if<Pool>(&by.kind);
    if (sums_for_pool && !pool) return by.name + " is no pool";
    // A layer that gives values another shape stands between them without a trace.
    if (sums_for_pool && !is_grid_of(pool->windows, sums_for_pool->windows))
      return by.name + " reads it as a grid of another shape";
    if (sums_for_pool)
      return component_[i] == component_[reader] || !cyclic_[component_[reader]]
                 ? ""
                 : by.name + " is part of a loop, which runs in shorter blocks";
    if (!population) return by.name + " is no population";
    if (population->cell.winner != kNoNode) return by.name + " needs all its currents to find the winner";
    if (component_[i] != component_[reader] && cyclic_[component_[reader]])
      return by.name + " is part of a loop, which runs in shorter blocks";
    return {};
  }

  /// One population takes the values, once, in the step in which they are computed.
  bool may_be_emptied(std::uint32_t i) const {
    std::uint32_t reader = 0;
    return readers_[i].size() == 1 && reason(i, reader).empty();
  }

  /// So does `reader`, and nothing is added to them on the way.
  bool may_be_inlined(std::uint32_t i, std::uint32_t& reader) const {
    const auto* p = std::get_if<Population>(&model_.nodes[i].kind);
    if (!p || !is_plain(p->cell) || readers_[i].size() != 1 || !reason(i, reader).empty()) return false;
    const ModelNode& by = model_.nodes[reader];
    const auto is_alone = [&](const std::vector<Source>& port) {
      return port.size() == 1 && facts_.root(port.front().signal) == Signal{.index = i};
    };
    const Population& taker = std::get<Population>(by.kind);
    return by.size == model_.nodes[i].size && operations(taker.cell) < kManyOperations &&
           std::ranges::any_of(taker.ports, is_alone);
  }

 private:
  static bool is_layer(Signal s) { return s.of == Signal::Of::node && s.state < 0; }

  const Model& model_;
  const SignalFacts& facts_;
  std::vector<std::vector<Reader>> readers_;
  std::vector<bool> given_out_;
  std::vector<std::uint32_t> component_;
  std::vector<bool> cyclic_;
};

}  // namespace

Fusion::Fusion(const Model& model, const SignalFacts& facts, const std::vector<Component>& components,
               bool wanted)
    : reader_(model.nodes.size(), kNobody),
      why_not_(model.nodes.size()),
      inlined_(model.nodes.size(), false) {
  const Search search(model, facts, components);
  std::vector<std::size_t> taken(model.nodes.size(), 0);
  for (std::uint32_t i = 0; i < model.nodes.size(); ++i) {
    if (!std::holds_alternative<Linear>(model.nodes[i].kind) &&
        !std::holds_alternative<Convolution>(model.nodes[i].kind))
      continue;
    std::uint32_t reader = kNobody;
    why_not_[i] = wanted ? search.reason(i, reader) : "fusing is turned off";
    if (why_not_[i].empty() && taken[reader] == kMostInOneStage)
      why_not_[i] = model.nodes[reader].name + " has taken " + std::to_string(kMostInOneStage) + " others";
    if (!why_not_[i].empty()) continue;
    reader_[i] = reader;
    ++taken[reader];
  }
  // A node stands before the one that takes it, which takes what it has taken.
  std::vector<std::size_t> inlined(model.nodes.size(), 0);
  for (std::uint32_t i = 0; wanted && i < model.nodes.size(); ++i) {
    std::uint32_t reader = kNobody;
    if (facts.aliased(i) || !search.may_be_inlined(i, reader)) continue;
    const Cell& cell = std::get<Population>(model.nodes[i].kind).cell;
    const std::size_t more = inlined[i] + std::max<std::size_t>(operations(cell), 1);
    if (taken[reader] + taken[i] > kMostInOneStage || inlined[reader] + more > kMostInlined) continue;
    reader_[i] = reader;
    inlined_[i] = true;
    taken[reader] += taken[i];
    inlined[reader] += more;
  }
  for (std::uint32_t i = 0; wanted && i < model.nodes.size(); ++i)
    emptied_.push_back(std::holds_alternative<Sparse>(model.nodes[i].kind) && search.may_be_emptied(i));
  emptied_.resize(model.nodes.size(), false);
}

}  // namespace spikeloom
