// The largest value over a sample, in every element: the winner keeps its value and everyone else gives 0,
// one sum takes it from there and one product spreads it. With weights of 1 and a single value that is not 0
// both are exact.
#include "model/draft.h"

namespace spikeloom::draft {
namespace {

/// A node beside `by` that reads `from`; its index.
std::uint32_t add(Network& net, const Node& by, const std::string& part, Shape shape, NodeKind kind) {
  Node made;
  made.what = Node::What::largest;
  made.given = by.given;
  made.name = by.name + "~" + part;
  made.place = by.place;
  made.settled = true;
  made.shape = std::move(shape);
  made.kind = std::move(kind);
  // The node is built, so what it reads is known; the order of nodes follows from what they hold.
  net.nodes.push_back(std::move(made));
  return static_cast<std::uint32_t>(net.nodes.size() - 1);
}

Source main_output(std::uint32_t node) {
  return {{Signal::Of::node, node, -1}, 0};
}

std::shared_ptr<const Tensor> ones(std::size_t rows, std::size_t columns) {
  Tensor tensor;
  tensor.shape = {rows, columns};
  tensor.values.assign(rows * columns, 1.0f);
  return std::make_shared<const Tensor>(std::move(tensor));
}

}  // namespace

void add_largest(Network& net, Node& node, LargestOf largest, Report& report) {
  const Shape shape = *node.shape;
  const std::size_t n = element_count(shape);
  if (!net.budget.take(3 * std::uint64_t{n})) {
    report.add(beyond_limit(node.place, net.budget));
    node.kind.reset();
    return;
  }
  auto& reader = std::get<Population>(*node.kind);
  Population winner;
  winner.cell = std::move(largest.cell);
  winner.ports = {reader.ports.front()};
  const auto setup = evaluate_setup(winner.cell, largest.parameters, net.dt(), n);
  for (const NodeId id : winner.cell.fixed) winner.fixed.push_back(setup[id]);
  winner.parameters = std::move(largest.parameters);

  const std::uint32_t kept = add(net, node, "winner", shape, std::move(winner));
  const std::uint32_t summed = add(net, node, "largest", {1}, Linear{main_output(kept), ones(1, n), nullptr});
  const std::uint32_t spread =
      add(net, node, "spread", shape, Linear{main_output(summed), ones(n, 1), nullptr});
  reader.ports.back() = {main_output(spread)};
}

}  // namespace spikeloom::draft
