#include "model/build.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

#include "model/draft.h"
#include "model/sources.h"
#include "support/check.h"
#include "support/rounding.h"

namespace spikeloom {
namespace {

using draft::Network;

/// Counter word of the node's random numbers: adding a node changes no other node's.
std::uint32_t random_key(const std::string& name) {
  return static_cast<std::uint32_t>(XXH64(name.data(), name.size(), 0) & 0xffffffffu);
}

bool is_zero(const PerNeuron& values) {
  return std::ranges::all_of(values.values, [](float x) { return x == 0; });
}

/// Before the start a delay layer gives 0 and a delayed edge what it reads from the beginning; where these
/// agree, the common part of a delay layer becomes the edge's, so that the layer may close a cycle. A state
/// may be set before the first step, so it agrees with nothing.
void share_delays(Network& net) {
  for (draft::Node& node : net.nodes) {
    auto* delay = std::get_if<Delay>(&*node.kind);
    if (!delay) continue;
    const Signal from = delay->input.signal;
    if (from.of != Signal::Of::node || from.state >= 0) continue;
    const auto* p = std::get_if<Population>(&*net.nodes[from.index].kind);
    if (p && !is_zero(p->initial_output)) continue;
    const std::uint32_t common = *std::ranges::min_element(delay->steps);
    if (common > draft::kMostDelay - std::min<std::uint64_t>(delay->input.delay, draft::kMostDelay)) continue;
    delay->input.delay += common;
    for (std::uint32_t& steps : delay->steps) steps -= common;
  }
}

/// What histories of delayed sources and delay layers hold, against the limit.
void check_histories(Network& net) {
  for (draft::Node& node : net.nodes) {
    if (!node.kind) continue;
    std::uint64_t elements = 0;
    for_each_source(*node.kind, [&](const Source& s) {
      if (s.delay > 0)
        elements += std::uint64_t{s.delay} * element_count(*net.shape_of({.known = true, .source = s}));
    });
    if (const auto* sparse = std::get_if<Sparse>(&*node.kind))
      elements += std::uint64_t{sparse->spread()} * sparse->synapses->in;
    if (const auto* delay = std::get_if<Delay>(&*node.kind))
      elements += std::uint64_t{*std::ranges::max_element(delay->steps)} * element_count(*node.shape);
    if (const auto* p = std::get_if<Population>(&*node.kind))
      elements += (p->initial.size() + (node.type.neuron ? 1 : 0)) * element_count(*node.shape);
    if (net.budget.take(elements)) continue;
    net.report->add(beyond_limit(node.place, net.budget));
    return;
  }
}

std::uint32_t check_batch(Network& net) {
  const draft::Node* first = nullptr;
  for (const draft::Node& node : net.nodes) {
    if (node.fixed_batch == 0) continue;
    if (!first) first = &node;
    if (node.fixed_batch != first->fixed_batch)
      net.report->add(
          node.fixed_batch_place.at("initial states differ in their batch",
                                    std::to_string(first->fixed_batch) + " samples, as for " + first->name,
                                    std::to_string(node.fixed_batch)));
  }
  return first ? static_cast<std::uint32_t>(first->fixed_batch) : 0;
}

/// Does the signal hold 0 or 1 in every step? A delayed read of a layer that comes later is not followed.
void mark_binary(Model& model) {
  for (ModelNode& node : model.nodes)
    if (const auto* p = std::get_if<Population>(&node.kind)) node.binary = p->cell.spikes();
  for (ModelNode& node : model.nodes) {
    if (std::holds_alternative<Population>(node.kind) || computes_sums(node.kind)) continue;
    bool binary = passes_spikes_on(node.kind);
    for_each_source(node.kind, [&](const Source& s) {
      binary = binary && s.signal.of == Signal::Of::node && s.signal.state < 0 &&
               model.nodes[s.signal.index].binary;
    });
    node.binary = binary;
  }
}

std::string type_of(draft::Node::What implicit) {
  switch (implicit) {
    case draft::Node::What::sum:
      return "add";
    case draft::Node::What::largest:
      return "largest";
    case draft::Node::What::sequence:
      return "sequence";
    default:
      return "slice";
  }
}

Model finish(Network& net, const std::vector<std::uint32_t>& order) {
  const Graph& graph = *net.graph;
  Model model;
  model.name = graph.name;
  model.dt = graph.dt.value_or(1.0);
  model.seed = graph.seed;
  for (const GraphInput& in : graph.inputs)
    model.inputs.push_back({in.name, in.label, in.shape, element_count(in.shape), in.constant});

  std::vector<std::uint32_t> place(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  const auto moved = [&](Source& s) {
    if (s.signal.of == Signal::Of::node) s.signal.index = place[s.signal.index];
  };
  for (const std::uint32_t from : order) {
    draft::Node& node = net.nodes[from];
    ModelNode made;
    made.name = node.name;
    const bool is_input = node.given && node.given->is_sum && node.name == node.given->name;
    made.implicit = node.what != draft::Node::What::node && !is_input;  // an input of a module has a name
    made.type = made.implicit ? type_of(node.what) : node.given->type;
    if (!made.implicit) made.label = node.given->label;
    made.shape = *node.shape;
    made.size = element_count(made.shape);
    made.random_key = random_key(made.name);
    made.kind = std::move(*node.kind);
    for_each_source(made.kind, moved);
    model.nodes.push_back(std::move(made));
  }
  for (auto& [name, input] : net.outputs) {
    moved(input.source);
    model.outputs.push_back({name, input.source.signal});
  }
  for (const GraphUse& use : graph.uses) model.uses.push_back({use.name, use.module, use.label});
  for (auto& [name, input] : net.instances) {
    moved(input.source);
    model.instances.emplace_back(name, input.source.signal);
  }
  mark_binary(model);
  return model;
}

}  // namespace

std::optional<Model> build_model(const Graph& graph, const ModelLimits& limits, Report& report) {
  const NearestRounding rounding;  // fixed values are part of the network's meaning
  Network net;
  net.graph = &graph;
  net.report = &report;
  net.budget.limit = limits.elements;
  draft::read_own_neurons(net);
  draft::check_module_names(net);
  draft::resolve(net);
  draft::settle(net);
  const std::uint32_t batch = check_batch(net);
  bool complete = true;
  for (const draft::Node& node : net.nodes) complete = complete && node.kind && node.shape;
  SPIKELOOM_CHECK(complete || !report.ok(), "model", "a node was neither built nor reported");
  if (complete) share_delays(net);
  check_histories(net);
  const auto order = draft::execution_order(net);
  if (!complete || !order || !report.ok()) return {};
  Model model = finish(net, *order);
  model.fixed_batch = batch;
  verify(model);
  return model;
}

}  // namespace spikeloom
