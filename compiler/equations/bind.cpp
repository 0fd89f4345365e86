#include "equations/bind.h"

#include <algorithm>
#include <cmath>

#include "equations/lower.h"
#include "equations/text.h"

namespace spikeloom {
namespace {

using Severity = Diagnostic::Severity;

class Binding {
 public:
  Binding(const NeuronModel& model, const std::map<std::string, PerNeuron>& given, float dt,
          std::size_t neurons, const ParameterProblem& problem)
      : model_(model),
        given_(given),
        dt_(dt),
        neurons_(neurons),
        problem_(problem),
        values_(model.parameters.size(), PerNeuron{{0.0f}}),
        known_(model.parameters.size()) {}

  std::vector<PerNeuron> run() {
    take_given();
    for (std::size_t g = 0; g < model_.given.size(); ++g) take_group(g);
    if (failed_) return {};
    for (std::size_t i = 0; i < values_.size(); ++i) check_range(i);
    if (failed_) return {};
    for (std::size_t i = 0; i < values_.size(); ++i) clamp(i);
    for (const Requirement& r : model_.text->require) check_requirement(r);
    if (failed_) return {};
    return std::move(values_);
  }

 private:
  void error(const std::string& parameter, std::string what, std::string expected = {}, std::string got = {},
             std::string hint = {}) {
    failed_ = true;
    problem_(Severity::error, parameter, std::move(what), std::move(expected), std::move(got),
             std::move(hint));
  }

  std::size_t index_of(const std::string& name) const {
    return static_cast<std::size_t>(model_.parameter(name) - model_.parameters.data());
  }

  void take_given() {
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const ParameterInfo& info = model_.parameters[i];
      if (const auto at = given_.find(info.name); at != given_.end()) {
        values_[i] = at->second;
        known_[i] = true;
      } else if (info.fallback) {
        values_[i].values = {*info.fallback};
        known_[i] = true;
      } else if (info.group < 0) {
        error("", "parameter '" + info.name + "' is missing", info.doc);
      }
    }
  }

  void take_group(std::size_t g) {
    const GivenGroup& group = model_.given[g];
    std::vector<std::string> here;
    for (const std::string& name : group.members)
      if (given_.contains(name)) here.push_back(name);
    for (std::size_t w = 0; w < group.ways.size(); ++w)
      if (std::ranges::is_permutation(group.ways[w].names, here)) return derive(model_.text->given[g][w]);
    std::vector<std::string> ways;
    for (const GivenWay& way : group.ways) ways.push_back(list_of(way.names));
    error("", "give one of: " + list_of_ways(ways), {}, here.empty() ? "none of them" : list_of(here));
  }

  static std::string list_of_ways(const std::vector<std::string>& ways) {
    std::string text;
    for (const std::string& way : ways) text += (text.empty() ? "" : "; ") + way;
    return text;
  }

  Lowering names() const {
    Lowering lowering;
    for (std::size_t i = 0; i < values_.size(); ++i)
      lowering.parameter(model_.parameters[i].name, static_cast<std::uint32_t>(i));
    return lowering;
  }

  /// Values of the nodes, by the same evaluator as everything that is fixed.
  std::vector<PerNeuron> evaluate(Lowering& lowering, std::vector<NodeId> nodes) const {
    Cell cell;
    std::vector<NodeId*> roots;
    for (NodeId& node : nodes) roots.push_back(&node);
    lowering.finish(cell, {}, roots);
    cell.fixed = nodes;
    std::vector<PerNeuron> all = evaluate_setup(cell, values_, dt_, neurons_), asked;
    for (const NodeId node : nodes) asked.push_back(all[node]);
    return asked;
  }

  void derive(const std::vector<Line>& lines) {
    if (failed_ || lines.empty()) return;
    Lowering lowering = names();
    std::vector<NodeId> nodes;
    for (const Line& line : lines) {
      nodes.push_back(lowering.real(lowering.lower(line.value)));
      lowering.define(line.name, nodes.back());
    }
    std::vector<PerNeuron> derived = evaluate(lowering, std::move(nodes));
    for (std::size_t k = 0; k < lines.size(); ++k) {
      const std::size_t i = index_of(lines[k].name);
      for (std::size_t n = 0; n < derived[k].values.size(); ++n)
        if (std::isnan(derived[k].values[n])) {
          const std::string formula = lines[k].name + " = " + print(lines[k].value);
          error("", formula + " is not a number" + neuron(derived[k], n), {}, inputs_of(lines[k].value, n));
          break;
        }
      values_[i] = std::move(derived[k]);
      known_[i] = true;
    }
  }

  static std::string neuron(const PerNeuron& p, std::size_t n) {
    return p.uniform() ? "" : " (neuron " + std::to_string(n) + ")";
  }

  /// "alpha = 0.5, beta = 0.9": what an expression saw.
  std::string inputs_of(const Expression& e, std::size_t n) const {
    std::vector<std::string> seen;
    for (const Term& term : e.terms) {
      const ParameterInfo* info = term.name.empty() ? nullptr : model_.parameter(term.name);
      if (!info || !known_[index_of(term.name)]) continue;
      const std::string text = term.name + " = " + print_number(values_[index_of(term.name)][n]);
      if (std::ranges::find(seen, text) == seen.end()) seen.push_back(text);
    }
    return list_of(seen, ", ");
  }

  void check_range(std::size_t i) {
    const ParameterInfo& info = model_.parameters[i];
    if (!known_[i]) return;
    for (std::size_t n = 0; n < values_[i].values.size(); ++n) {
      const float x = values_[i].values[n];
      const bool inside = (!info.low || x >= static_cast<float>(*info.low)) &&
                          (!info.high || x <= static_cast<float>(*info.high)) &&
                          (!info.above || x > static_cast<float>(*info.above));
      if (inside) continue;
      return error(info.name, (info.doc.empty() ? "'" + info.name + "'" : info.doc) + " is out of range",
                   "a number " + range_of(info), print_number(x) + neuron(values_[i], n), way_around(info));
    }
  }

  /// "or give 'beta', which is exp(-dt / tau_mem)": what the parameter stands for.
  std::string way_around(const ParameterInfo& info) const {
    if (info.group < 0) return {};
    const GivenGroup& group = model_.given[info.group];
    for (std::size_t w = 0; w < group.ways.size(); ++w) {
      const std::vector<Line>& lines = model_.text->given[info.group][w];
      if (group.ways[w].names == std::vector{info.name} && lines.size() == 1)
        return "or give '" + lines[0].name + "', which is " + print(lines[0].value);
    }
    return {};
  }

  static std::string range_of(const ParameterInfo& info) {
    std::vector<std::string> parts;
    if (info.above) parts.push_back("above " + print_number(static_cast<float>(*info.above)));
    if (info.low) parts.push_back("of at least " + print_number(static_cast<float>(*info.low)));
    if (info.high) parts.push_back("of at most " + print_number(static_cast<float>(*info.high)));
    return list_of(parts);
  }

  void clamp(std::size_t i) {
    const ParameterInfo& info = model_.parameters[i];
    if (!known_[i]) return;
    bool told = false;
    for (std::size_t n = 0; n < values_[i].values.size(); ++n) {
      float& x = values_[i].values[n];
      const bool below = info.clamp_low && x < *info.clamp_low,
                 beyond = info.clamp_high && x > *info.clamp_high;
      if (!below && !beyond) continue;
      const float bound = below ? *info.clamp_low : *info.clamp_high;
      if (!std::exchange(told, true))
        problem_(Severity::warning, given_.contains(info.name) ? info.name : "",
                 "'" + info.name + "' is taken as " + print_number(bound),
                 below ? "at least " + print_number(bound) : "at most " + print_number(bound),
                 print_number(x) + neuron(values_[i], n), {});
      x = bound;
    }
  }

  void check_requirement(const Requirement& r) {
    if (failed_) return;
    Lowering lowering = names();
    const NodeId condition = lowering.lower(r.condition);
    const PerNeuron holds = evaluate(lowering, {lowering.real(condition)})[0];
    for (std::size_t n = 0; n < holds.values.size(); ++n)
      if (holds.values[n] == 0)
        return error("", r.otherwise, print(r.condition), inputs_of(r.condition, n) + neuron(holds, n));
  }

  const NeuronModel& model_;
  const std::map<std::string, PerNeuron>& given_;
  const float dt_;
  const std::size_t neurons_;
  const ParameterProblem& problem_;
  std::vector<PerNeuron> values_;
  std::vector<bool> known_;
  bool failed_ = false;
};

}  // namespace

std::vector<PerNeuron> bind_parameters(const NeuronModel& model,
                                       const std::map<std::string, PerNeuron>& given, float dt,
                                       std::size_t neurons, const ParameterProblem& problem) {
  return Binding(model, given, dt, neurons, problem).run();
}

}  // namespace spikeloom
