// A variant of a model, frame and all, as a Cell.
#include <algorithm>

#include "equations/cell_text.h"
#include "equations/frame.h"
#include "equations/lower.h"
#include "equations/parse.h"
#include "support/check.h"

namespace spikeloom {
namespace {

/// Names that every expression of the model sees.
void name_parameters(Lowering& lowering, const Cell& cell) {
  for (std::size_t i = 0; i < cell.parameters.size(); ++i) {
    // The refractory period and its counter have one name in the node's JSON, the state of it in the lines.
    const std::string& name = cell.parameters[i];
    lowering.parameter(name == "refractory" ? kRefractorySteps : name, static_cast<std::uint32_t>(i));
  }
}

void find_winner(Cell& cell) {
  for (NodeId id = 0; id < cell.nodes.size(); ++id)
    if (cell.nodes[id].op == Op::Winner) cell.winner = id;
}

}  // namespace

Cell make_cell(const NeuronModel& model, const CellChoice& choice) {
  Cell cell;
  cell.model = model.name;
  for (const PortInfo& port : model.ports) cell.ports.push_back(port.name);
  for (const ParameterInfo& p : model.parameters) cell.parameters.push_back(p.name);
  if (choice.refractory) cell.parameters.push_back("refractory");
  if (choice.graded) cell.parameters.push_back("graded");
  if (choice.quantize) cell.tables.push_back(*choice.quantize);

  Lowering lowering;
  name_parameters(lowering, cell);
  for (std::size_t i = 0; i < cell.ports.size(); ++i)
    lowering.port(cell.ports[i], static_cast<std::uint32_t>(i));
  for (std::size_t i = 0; i < model.states.size(); ++i) {
    CellState state{model.states[i].name, model.states[i].doc, kNoNode};
    const Expression& initial = model.text->initial[i];
    if (!initial.terms.empty()) state.initial = lowering.real(lowering.lower(initial));
    cell.states.push_back(std::move(state));
  }
  if (choice.refractory)
    cell.states.push_back({"refractory", "steps until the neuron may fire again", kNoNode});
  for (std::size_t i = 0; i < cell.states.size(); ++i)
    lowering.state(cell.states[i].name, static_cast<std::uint32_t>(i));

  const Expression shown = name_expression(choice.refractory_shown);
  const Expression::Replacement show{kRefractorySteps, &shown};
  for (const FrameLine& line : frame_lines(model, choice)) {
    NodeId value = lowering.lower(line.value);
    const bool state = std::ranges::find(cell.states, line.name, &CellState::name) != cell.states.end();
    if (state || (line.name == "output" && !model.spikes)) value = lowering.real(value);
    lowering.define(line.name, value);
    cell.lines.push_back({line.name, print(line.value.with({&show, 1}))});
  }

  std::vector<NodeId*> steps = {&cell.output}, setup;
  cell.output = lowering.named("output");
  for (CellState& state : cell.states) {
    cell.next_state.push_back(lowering.named(state.name));
    if (state.initial != kNoNode) setup.push_back(&state.initial);
  }
  for (NodeId& next : cell.next_state) steps.push_back(&next);
  lowering.finish(cell, steps, setup);
  find_winner(cell);
  return cell;
}

std::string print(const Cell& cell) {
  std::size_t width = 0;
  for (const PrintedLine& line : cell.lines) width = std::max(width, line.name.size());
  std::string text;
  for (const PrintedLine& line : cell.lines)
    text += line.name + std::string(width - line.name.size(), ' ') + " = " + line.expression + "\n";
  return text;
}

Cell cell_of(const CellText& text) {
  Cell cell;
  cell.ports = text.ports;
  cell.parameters = text.parameters;
  cell.states = text.states;
  Lowering lowering;
  name_parameters(lowering, cell);
  for (std::size_t i = 0; i < cell.ports.size(); ++i)
    lowering.port(cell.ports[i], static_cast<std::uint32_t>(i));
  for (std::size_t i = 0; i < cell.states.size(); ++i)
    lowering.state(cell.states[i].name, static_cast<std::uint32_t>(i));
  for (const PrintedLine& line : text.lines) {
    TextProblem problem;
    const std::optional<Expression> e = parse_expression(line.expression, {.internal = true}, problem);
    SPIKELOOM_CHECK(e, "equations", line.expression + ": " + problem.what);
    NodeId value = lowering.lower(*e);
    if (std::ranges::find(cell.states, line.name, &CellState::name) != cell.states.end())
      value = lowering.real(value);
    lowering.define(line.name, value);
    cell.lines.push_back({line.name, print(*e)});
  }
  std::vector<NodeId*> steps = {&cell.output};
  cell.output = lowering.named("output");
  for (const CellState& state : cell.states) cell.next_state.push_back(lowering.named(state.name));
  for (NodeId& next : cell.next_state) steps.push_back(&next);
  lowering.finish(cell, steps, {});
  find_winner(cell);
  return cell;
}

Cell elementwise(std::string_view expression, const std::vector<std::string>& ports,
                 const std::vector<std::string>& parameters) {
  return cell_of({ports, parameters, {}, {{"output", std::string(expression)}}});
}

bool divides_by_graded(const NeuronModel& model, const CellChoice& choice) {
  return choice.graded && choice.inhibition && chosen_value(model, choice, "reset_delay") == "false";
}

void check_choice(const NeuronModel& model, const CellChoice& choice, json::Value node, Report& report) {
  const auto at = [&](std::string_view field, std::string what, std::string expected = {},
                      std::string got = {}) {
    const json::Value place = node.find(field) ? node.find(field) : node;
    report.add(place.at(std::move(what), std::move(expected), std::move(got)));
  };
  for (const auto& [name, value] : choice.options) {
    const OptionInfo* option = model.option(name);
    if (!option)
      at(name, model.name + " has no option '" + name + "'");
    else if (std::ranges::find(option->values, value) == option->values.end())
      at(name, "unknown value '" + json::escape(value) + "' of '" + name + "'",
         "one of " + list_of(option->values, ", "));
  }
  const auto needs_spikes = [&](bool chosen, std::string_view field) {
    if (chosen && !model.spikes)
      at(field,
         "'" + std::string(field) + "' needs a neuron that spikes, and " + model.name + " has an output");
  };
  needs_spikes(choice.inhibition, "inhibition");
  needs_spikes(choice.graded, "graded");
  needs_spikes(choice.refractory, node.find("refractory_ms") ? "refractory_ms" : "refractory");
  if (choice.inhibition && model.spikes && !model.has_comparison)
    at("inhibition", "'inhibition' needs a spike condition of the form a > b or a >= b, which " + model.name +
                         " does not have");
}

}  // namespace spikeloom
