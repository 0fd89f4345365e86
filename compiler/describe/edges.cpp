#include "describe/edges.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "model/sources.h"

namespace spikeloom {
namespace {

/// What `s` reads, `later` steps ago.
void follow(const Model& model, Source s, std::uint32_t later, std::vector<Edge>& all) {
  s.delay += later;
  if (s.signal.of == Signal::Of::node && s.signal.state < 0) {
    const ModelNode& node = model.nodes[s.signal.index];
    if (node.implicit) {
      if (const auto* slice = std::get_if<Slice>(&node.kind)) {
        Edge edge{slice->input.signal, slice->input.delay + s.delay, {}};
        // A concat along an inner axis takes all parts of an operand in turn: one edge.
        if (node.name.find("~part") == std::string::npos)
          edge.part =
              "[" + std::to_string(slice->first) + ":" + std::to_string(slice->first + node.size) + "]";
        if (!edge.part.empty() || std::ranges::find(all, edge) == all.end()) all.push_back(std::move(edge));
        return;
      }
      for (const Source& inner : node.sources()) follow(model, inner, s.delay, all);
      return;
    }
  }
  all.push_back({s.signal, s.delay, {}});
}

}  // namespace

std::vector<EdgeGroup> edges_into(const Model& model, const ModelNode& node) {
  std::vector<EdgeGroup> groups;
  if (const auto* p = std::get_if<Population>(&node.kind)) {
    for (std::size_t i = 0; i < p->ports.size(); ++i) {
      EdgeGroup& group = groups.emplace_back();
      if (p->ports.size() > 1) group.port = p->cell.ports[i];
      for (const Source& s : p->ports[i]) follow(model, s, 0, group.edges);
    }
    return groups;
  }
  groups.emplace_back();
  for_each_source(node.kind, [&](const Source& s) { follow(model, s, 0, groups.back().edges); });
  return groups;
}

std::string text_of(const Model& model, const Edge& edge) {
  std::string text = model.name_of(edge.from) + edge.part;
  if (edge.delay > 0)
    text += " " + std::to_string(edge.delay) + (edge.delay == 1 ? " step ago" : " steps ago");
  return text;
}

std::vector<std::size_t> parameters_in_use(const Cell& cell) {
  std::vector<std::size_t> used;
  for (std::size_t i = 0; i < cell.parameters.size(); ++i)
    if (std::ranges::any_of(cell.setup,
                            [&](const ExprNode& n) { return n.op == Op::Parameter && n.index == i; }))
      used.push_back(i);
  return used;
}

std::string text_of(float value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value < 0 ? "-infinity" : "infinity";
  char digits[64];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return std::string(digits, end);
}

std::string text_of(const PerNeuron& values) {
  if (values.uniform()) return text_of(values.values[0]);
  const auto [low, high] = std::ranges::minmax(values.values);
  if (low == high) return text_of(low) + ", the same for all";
  return text_of(low) + " to " + text_of(high) + ", one per neuron";
}

}  // namespace spikeloom
