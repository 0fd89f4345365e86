// A model from text, and one neuron of it run step by step with the reference evaluator.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "equations/bind.h"
#include "equations/evaluate.h"
#include "equations/neuron.h"

namespace spikeloom {

inline std::shared_ptr<const NeuronModel> read_text(const std::string& text, Report& report) {
  const auto document = json::Document::parse(text, "");
  EXPECT_TRUE(document.ok()) << text;
  if (!document.ok()) return nullptr;
  return read_neuron("mine", (*document)->root(), report);
}

inline std::shared_ptr<const NeuronModel> model_of(const std::string& text) {
  Report report;
  auto model = read_text(text, report);
  EXPECT_TRUE(model) << report.error().text();
  return model;
}

inline std::vector<PerNeuron> bound(const NeuronModel& model, const std::map<std::string, float>& given,
                                    float dt = 1) {
  std::map<std::string, PerNeuron> values;
  for (const auto& [name, value] : given) values[name] = {{value}};
  return bind_parameters(
      model, values, dt, 1,
      [](Diagnostic::Severity severity, const std::string&, std::string what, std::string, std::string,
         std::string) { EXPECT_EQ(severity, Diagnostic::Severity::warning) << what; });
}

/// One neuron of a cell. `parameters` in the order of Cell::parameters.
class OneNeuron {
 public:
  OneNeuron(Cell cell, const std::vector<PerNeuron>& parameters, float dt = 1)
      : cell_(std::move(cell)), values_(cell_.nodes.size()) {
    const std::vector<PerNeuron> setup = evaluate_setup(cell_, parameters, dt, 1);
    for (const NodeId id : cell_.fixed) fixed_.push_back(setup[id][0]);
    for (const CellState& s : cell_.states) states_.push_back(s.initial == kNoNode ? 0 : setup[s.initial][0]);
  }

  /// The main output of one more step. A neuron alone wins whenever it takes part.
  float step(std::vector<float> ports) {
    Surroundings s;
    s.fixed = fixed_;
    s.ports = ports;
    s.states = states_;
    s.step = step_++;
    s.random = philox(7, static_cast<std::uint32_t>(s.step), 0, 0, 0);
    s.winner = winner;
    evaluate(cell_, s, 0, cell_.nodes.size(), values_);
    std::vector<float> next;
    for (const NodeId id : cell_.next_state) next.push_back(values_[id]);
    states_ = next;
    return values_[cell_.output];
  }

  float& state(const std::string& name) {
    const auto at = std::ranges::find(cell_.states, name, &CellState::name);
    EXPECT_NE(at, cell_.states.end()) << name;
    return states_[static_cast<std::size_t>(at - cell_.states.begin())];
  }

  float winner = 1;

 private:
  Cell cell_;
  std::vector<float> fixed_, states_, values_;
  std::uint64_t step_ = 0;
};

}  // namespace spikeloom
