#include "schedule/inline.h"

#include <algorithm>

namespace spikeloom {
namespace {

class Inliner {
 public:
  Inliner(const Model& model, const SignalFacts& facts, const Fusion& fusion, InlinedPopulation& into)
      : model_(model), facts_(facts), fusion_(fusion), into_(into), all_(into.population) {}

  bool takes_any(const Population& p) const {
    return std::ranges::any_of(p.ports, [&](const auto& port) { return inlined_at(port).has_value(); });
  }

  /// Appends the nodes of a population behind those that they read; gives the number of each.
  std::vector<NodeId> take(const Population& p) {
    // Operands stand before what reads them, so nodes that are inlined come first.
    std::vector<NodeId> values(p.ports.size(), kNoNode);
    std::vector<std::uint32_t> ports(p.ports.size(), 0);
    for (std::size_t k = 0; k < p.ports.size(); ++k) {
      if (const auto node = inlined_at(p.ports[k])) {
        const auto& inner = std::get<Population>(model_.nodes[*node].kind);
        values[k] = take(inner)[inner.cell.output];
        into_.values.push_back({*node, values[k]});
        continue;
      }
      ports[k] = static_cast<std::uint32_t>(all_.ports.size());
      all_.ports.push_back(p.ports[k]);
      all_.cell.ports.push_back(p.cell.ports[k]);
    }
    const auto first_fixed = static_cast<std::uint32_t>(all_.fixed.size());
    const auto first_table = static_cast<std::uint32_t>(all_.cell.tables.size());
    all_.fixed.insert(all_.fixed.end(), p.fixed.begin(), p.fixed.end());
    all_.cell.fixed.resize(all_.fixed.size(), kNoNode);
    all_.cell.tables.insert(all_.cell.tables.end(), p.cell.tables.begin(), p.cell.tables.end());

    std::vector<NodeId> numbers;
    for (ExprNode node : p.cell.nodes) {
      if (node.op == Op::Port && values[node.index] != kNoNode) {
        numbers.push_back(values[node.index]);
        continue;
      }
      if (node.op == Op::Port) node.index = ports[node.index];
      if (node.op == Op::Fixed) node.index += first_fixed;
      if (node.op == Op::Quantize) node.index += first_table;
      for (NodeId& operand : node.arg)
        if (operand != kNoNode) operand = numbers[operand];
      numbers.push_back(static_cast<NodeId>(all_.cell.nodes.size()));
      all_.cell.nodes.push_back(node);
    }
    return numbers;
  }

 private:
  std::optional<std::uint32_t> inlined_at(const std::vector<Source>& port) const {
    if (port.size() != 1) return std::nullopt;
    const Signal from = facts_.root(port.front().signal);
    const bool is_node = from.of == Signal::Of::node && from.state < 0;
    return is_node && fusion_.inlined(from.index) ? std::optional(from.index) : std::nullopt;
  }

  const Model& model_;
  const SignalFacts& facts_;
  const Fusion& fusion_;
  InlinedPopulation& into_;
  Population& all_;
};

}  // namespace

std::optional<InlinedPopulation> with_inlined(const Model& model, const SignalFacts& facts,
                                              const Fusion& fusion, const Population& population) {
  InlinedPopulation result;
  Inliner inliner(model, facts, fusion, result);
  if (!inliner.takes_any(population)) return std::nullopt;
  const std::vector<NodeId> numbers = inliner.take(population);
  Cell& cell = result.population.cell;
  cell.model = population.cell.model;
  cell.states = population.cell.states;
  for (const NodeId next : population.cell.next_state) cell.next_state.push_back(numbers[next]);
  cell.output = numbers[population.cell.output];
  return result;
}

}  // namespace spikeloom
