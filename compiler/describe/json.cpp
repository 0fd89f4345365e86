#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/affine.h"
#include "analysis/facts.h"
#include "describe/describe.h"
#include "describe/edges.h"
#include "equations/derivative.h"
#include "equations/parse.h"

namespace spikeloom {
namespace {

using Object = nlohmann::ordered_json;

/// A number, or the range of one per neuron. What is not finite has no number in JSON and is its name.
Object values_of(const PerNeuron& values) {
  const auto number = [](float x) { return std::isfinite(x) ? Object(x) : Object(text_of(x)); };
  if (values.uniform()) return number(values.values[0]);
  float low = values.values[0], high = low;
  for (const float x : values.values) {
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  return {{"low", number(low)}, {"high", number(high)}, {"count", values.values.size()}};
}

Object edges_of(const Model& model, const ModelNode& node) {
  Object all = Object::array();
  for (const EdgeGroup& group : edges_into(model, node))
    for (const Edge& e : group.edges) {
      Object edge{{"node", model.name_of(e.from) + e.part}, {"delay", e.delay}};
      if (!group.port.empty()) edge["port"] = group.port;
      all.push_back(std::move(edge));
    }
  return all;
}

Object windows_of(const Windows& w) {
  return {{"kernel", {w.rows.kernel, w.columns.kernel}},
          {"stride", {w.rows.stride, w.columns.stride}},
          {"dilation", {w.rows.dilation, w.columns.dilation}},
          {"padding_before", {w.rows.before, w.columns.before}},
          {"groups", w.groups}};
}

/// Work that derivatives of a whole graph may take, in terms: about half a second.
constexpr std::size_t kDerivativeWork = 10'000'000;

/// Partial derivatives of a line by each name in it, as far as they are not 0 and can be read. `left` is what
/// is left of the work for them.
Object derivatives_of(const PrintedLine& line, std::size_t& left) {
  Object all = Object::object();
  if (left == 0) return all;
  TextProblem problem;
  const auto e = parse_expression(line.expression, {.internal = true}, problem);
  if (!e) return all;
  for (const Term& term : e->terms) {
    if (term.name.empty() || all.contains(term.name)) continue;
    left -= std::min(left, e->terms.size() * e->terms.size());
    if (left == 0) return all;
    const auto d = derivative(*e, term.name);
    std::string text = d ? print(*d) : "";
    if (!text.empty() && text != "0" && text.size() <= kLineLimit) all[term.name] = std::move(text);
  }
  return all;
}

Object node_of(const Model& model, const ModelNode& node, const NodeFacts& facts,
               std::size_t& derivative_work) {
  Object o{{"name", node.name}, {"type", node.type}};
  if (!node.label.empty()) o["label"] = node.label;
  o["shape"] = node.shape;
  o["spikes"] = node.spikes();
  o["from"] = edges_of(model, node);
  if (const auto* p = std::get_if<Population>(&node.kind)) {
    Object parameters = Object::object(), states = Object::object(), lines = Object::array(),
           derivatives = Object::array();
    const std::vector<bool> affine = affine_states(p->cell);
    for (const std::size_t i : parameters_in_use(p->cell))
      parameters[p->cell.parameters[i]] = values_of(p->parameters[i]);
    for (std::size_t i = 0; i < p->cell.states.size(); ++i)
      states[p->cell.states[i].name] = {{"doc", p->cell.states[i].doc},
                                        {"initial", values_of(p->initial[i])},
                                        {"affine", static_cast<bool>(affine[i])}};
    for (const PrintedLine& l : p->cell.lines) {
      lines.push_back(l.name + " = " + l.expression);
      derivatives.push_back(derivatives_of(l, derivative_work));
    }
    o["parameters"] = std::move(parameters);
    o["states"] = std::move(states);
    o["equations"] = std::move(lines);
    o["derivatives"] = std::move(derivatives);  // of each equation, by the names in it
    o["operations"] = facts.operations;
  } else if (const auto* linear = std::get_if<Linear>(&node.kind)) {
    o["weight"] = linear->weight->shape;
    o["bias"] = linear->bias != nullptr;
    o["fan_in"] = facts.fan_in;
    o["synapses"] = facts.synapses;
  }
  if (const auto* convolution = std::get_if<Convolution>(&node.kind)) {
    o["weight"] = convolution->weight->shape;
    o["bias"] = convolution->bias != nullptr;
    o["windows"] = windows_of(convolution->windows);
    o["fan_in"] = facts.fan_in;
    o["synapses"] = facts.synapses;
  } else if (const auto* pool = std::get_if<Pool>(&node.kind)) {
    o["windows"] = windows_of(pool->windows);
  }
  if (const auto* sparse = std::get_if<Sparse>(&node.kind)) {
    o["synapses"] = facts.synapses;
    o["fan_in"] = facts.fan_in;
    o["weight_bytes"] = facts.weight_bytes;
    o["delays"] = {sparse->synapses->least_delay, sparse->synapses->longest_delay};
  }
  o["recurrent"] = facts.recurrent;
  o["constant"] = facts.constant;
  return o;
}

}  // namespace

std::string describe_json(const Model& model) {
  const Facts facts = analyse(model);
  Object o{{"name", model.name}, {"dt", model.dt}, {"seed", model.seed}};
  if (model.fixed_batch > 0) o["batch"] = model.fixed_batch;
  o["inputs"] = Object::array();
  for (const ModelInput& in : model.inputs)
    o["inputs"].push_back(
        {{"name", in.name}, {"shape", in.shape}, {"time", in.constant ? "constant" : "varying"}});
  o["nodes"] = Object::array();
  std::size_t derivative_work = kDerivativeWork;
  for (std::size_t i = 0; i < model.nodes.size(); ++i)
    if (!model.nodes[i].implicit)
      o["nodes"].push_back(node_of(model, model.nodes[i], facts.nodes[i], derivative_work));
  if (!model.uses.empty()) o["uses"] = Object::array();
  for (const ModelUse& use : model.uses) {
    Object of_module{{"name", use.name}, {"module", use.module}};
    if (!use.label.empty()) of_module["label"] = use.label;
    o["uses"].push_back(std::move(of_module));
  }
  o["outputs"] = Object::object();
  for (const ModelOutput& out : model.outputs) o["outputs"][out.name] = model.name_of(out.signal);
  o["memory"] = {{"weights", facts.total.weight_bytes},
                 {"parameters", facts.total.parameter_bytes},
                 {"states_per_sample", facts.total.state_bytes},
                 {"past_steps_per_sample", facts.total.history_bytes},
                 {"synapses", facts.total.synapses}};
  return o.dump(2, ' ', false, Object::error_handler_t::replace) + "\n";
}

}  // namespace spikeloom
