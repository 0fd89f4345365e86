// Small networks built by hand, for tests that need neither files nor the equation language.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "model/model.h"

namespace spikeloom::testing {

/// Writes a Cell node by node.
struct CellWriter {
  Cell cell;

  NodeId node(Op op, std::initializer_list<NodeId> args = {}, std::uint32_t index = 0) {
    ExprNode n{.op = op, .type = result_type(op), .index = index};
    std::size_t i = 0;
    for (const NodeId a : args) n.arg[i++] = a;
    if (op == Op::Select) n.type = cell.nodes[n.arg[1]].type;
    cell.nodes.push_back(n);
    return static_cast<NodeId>(cell.nodes.size() - 1);
  }
  NodeId literal(float value) {
    cell.nodes.push_back({.op = Op::Literal, .type = Type::Real, .value = value});
    return static_cast<NodeId>(cell.nodes.size() - 1);
  }
  NodeId port(std::uint32_t i = 0) {
    while (cell.ports.size() <= i) cell.ports.push_back("p" + std::to_string(cell.ports.size()));
    return node(Op::Port, {}, i);
  }
  NodeId fixed(std::uint32_t i) {
    while (cell.fixed.size() <= i) cell.fixed.push_back(static_cast<NodeId>(cell.fixed.size()));
    return node(Op::Fixed, {}, i);
  }
  NodeId state(std::uint32_t i = 0) {
    while (cell.states.size() <= i) {
      cell.states.push_back({"s" + std::to_string(cell.states.size()), "", kNoNode});
      cell.next_state.push_back(kNoNode);
    }
    return node(Op::State, {}, i);
  }
};

/// mem = beta * mem + input - fired * threshold; spike where mem > threshold. Fixed: beta, threshold.
inline Cell lif_cell(bool inhibition = false) {
  CellWriter w;
  const NodeId beta = w.fixed(0), threshold = w.fixed(1), mem = w.state(), input = w.port();
  const NodeId fired = w.node(Op::Real, {w.node(Op::Gt, {mem, threshold})});
  const NodeId charged = w.node(Op::Add, {w.node(Op::Mul, {beta, mem}), input});
  const NodeId next = w.node(Op::Sub, {charged, w.node(Op::Mul, {fired, threshold})});
  w.cell.next_state[0] = next;
  w.cell.output = w.node(Op::Gt, {next, threshold});
  if (inhibition) {
    w.cell.winner = w.node(Op::Winner, {w.node(Op::Sub, {next, threshold})});
    w.cell.nodes[w.cell.winner].type = Type::Bool;
    w.cell.output = w.node(Op::And, {w.cell.output, w.cell.winner});
  }
  w.cell.model = "lif";
  return w.cell;
}

/// Two currents and a membrane that is read out of them, as in snnTorch's Alpha without reset.
inline Cell alpha_cell() {
  CellWriter w;
  const NodeId rise = w.fixed(0), decay = w.fixed(1), gain = w.fixed(2), threshold = w.fixed(3);
  const NodeId exc = w.state(0), inh = w.state(1);
  w.state(2);
  const NodeId input = w.port();
  const NodeId e = w.node(Op::Add, {w.node(Op::Mul, {rise, exc}), input});
  const NodeId i = w.node(Op::Sub, {w.node(Op::Mul, {decay, inh}), input});
  const NodeId mem = w.node(Op::Mul, {gain, w.node(Op::Add, {e, i})});
  w.cell.next_state = {e, i, mem};
  w.cell.output = w.node(Op::Gt, {mem, threshold});
  w.cell.model = "alpha";
  return w.cell;
}

/// Nodes must be added after their undelayed sources.
class NetworkWriter {
 public:
  explicit NetworkWriter(std::uint32_t seed = 1) : random_(seed) {}

  Model model;

  Signal input(std::size_t n, bool constant = false) {
    const auto i = static_cast<std::uint32_t>(model.inputs.size());
    model.inputs.push_back({"in" + std::to_string(i), "", {n}, n, constant});
    return {Signal::Of::input, i, -1};
  }
  Signal add(std::size_t n, decltype(ModelNode::kind) kind, Shape shape = {}) {
    const auto i = static_cast<std::uint32_t>(model.nodes.size());
    ModelNode node;
    node.name = "n" + std::to_string(i);
    node.shape = shape.empty() ? Shape{n} : shape;
    node.size = n;
    node.random_key = 0x9e3779b9u * (i + 1);
    node.kind = std::move(kind);
    model.nodes.push_back(std::move(node));
    return {Signal::Of::node, i, -1};
  }
  Signal linear(Source from, std::size_t out, bool bias = true, float scale = 0.5f) {
    const std::size_t in = model.size(from.signal);
    auto weight = std::make_shared<Tensor>(Tensor{{out, in}, values(out * in, scale)});
    auto biases = bias ? std::make_shared<Tensor>(Tensor{{out}, values(out, scale)}) : nullptr;
    return add(out, Linear{from, std::move(weight), std::move(biases)});
  }
  Signal cell(Cell cell, std::vector<std::vector<Source>> ports, std::vector<PerNeuron> fixed,
              std::size_t n) {
    Population p;
    p.initial.resize(cell.states.size(), PerNeuron{{0.0f}});
    p.cell = std::move(cell);
    p.ports = std::move(ports);
    p.fixed = std::move(fixed);
    return add(n, std::move(p));
  }
  Signal lif(std::vector<Source> from, bool inhibition = false) {
    const std::size_t n = model.size(from.front().signal);
    return cell(lif_cell(inhibition), {std::move(from)}, {{{0.9f}}, {{1.0f}}}, n);
  }
  Population& population(Signal s) { return std::get<Population>(model.nodes[s.index].kind); }
  void output(std::string name, Signal s) { model.outputs.push_back({std::move(name), s}); }

  std::vector<float> values(std::size_t n, float scale) {
    std::normal_distribution<float> normal(0, scale);
    std::vector<float> v(n);
    for (float& x : v) x = normal(random_);
    return v;
  }

 private:
  std::mt19937 random_;
};

}  // namespace spikeloom::testing
