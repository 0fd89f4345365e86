// spikeloom neurons: the models that ship.
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "equations/neuron.h"
#include "options.h"
#include "support/text.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

struct NeuronsOptions {
  std::string name;
  bool json = false;
};

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size() + 2, width), ' ');
  return text;
}

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.9g", value);
  return text.data();
}

/// "membrane decay per step; default 0.9; held in [0, 1]"
std::string parameter_words(const ParameterInfo& p) {
  std::string words = p.doc;
  if (p.fallback) words += "; default " + number(*p.fallback);
  if (p.above) words += "; above " + number(*p.above);
  if (p.low && p.high)
    words += "; " + number(*p.low) + " to " + number(*p.high);
  else if (p.low)
    words += "; at least " + number(*p.low);
  else if (p.high)
    words += "; at most " + number(*p.high);
  if (p.clamp_low || p.clamp_high)
    words += "; clamped to [" + (p.clamp_low ? number(*p.clamp_low) : "") + ", " +
             (p.clamp_high ? number(*p.clamp_high) : "") + "]";
  return words;
}

void print(const NeuronModel& model, const Terminal& terminal) {
  std::string out = terminal.bold_data(model.name) + ": " + escaped(model.doc) + "\n";
  if (!model.source.empty()) out += terminal.muted_data("after " + escaped(model.source)) + "\n";
  const auto section = [&](const char* title) { out += "\n" + terminal.bold_data(title) + "\n"; };
  if (!model.parameters.empty()) {
    section("parameters");
    for (const ParameterInfo& p : model.parameters)
      out += "  " + padded(p.name, 17) + escaped(parameter_words(p)) + "\n";
  }
  for (const GivenGroup& group : model.given) {
    std::vector<std::string> ways;
    for (const GivenWay& way : group.ways)
      ways.push_back(way.names.empty() ? "none of them" : listed(way.names, "and"));
    out += "  " + padded("give", 17) + listed(ways, "or") + "\n";
  }
  if (!model.options.empty()) {
    section("options (the first is the default)");
    for (const OptionInfo& option : model.options)
      out += "  " + padded(option.name, 17) + listed(option.values, "or") + "\n";
  }
  if (!model.states.empty()) {
    section("states");
    for (const StateInfo& state : model.states)
      out += "  " + padded(state.name, 17) + escaped(state.doc) + "\n";
  }
  if (model.ports.size() != 1 || model.ports[0].name != "input") {
    section("ports");
    for (const PortInfo& port : model.ports) out += "  " + padded(port.name, 17) + escaped(port.doc) + "\n";
  }
  section("one step");
  const Cell cell = make_cell(model, CellChoice{});
  std::size_t width = 0;
  for (const PrintedLine& line : cell.lines) width = std::max(width, line.name.size());
  for (const PrintedLine& line : cell.lines)
    out += "  " + line.name + std::string(width - line.name.size(), ' ') + " = " + escaped(line.expression) +
           "\n";
  if (!model.options.empty()) out += terminal.muted_data("  (with the default options)") + "\n";
  terminal.data(out);
}

int neurons(const NeuronsOptions& options, const Terminal& terminal) {
  const std::vector<std::string> names = builtin_neuron_names();
  if (!options.name.empty()) {
    if (std::ranges::find(names, options.name) == names.end()) {
      const std::string near = nearest_name(options.name, names);
      return fail(terminal,
                  Error(ErrorKind::usage, "no neuron model is called '" + escaped(options.name) + "'",
                        near.empty() ? "known: " + listed(names, "and", 30) : "did you mean '" + near + "'?"),
                  options.json);
    }
    if (options.json)
      terminal.data(std::string(builtin_neuron_text(options.name)));
    else
      print(*builtin_neuron(options.name), terminal);
    return 0;
  }
  if (options.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const std::string& name : names) {
      const auto model = builtin_neuron(name);
      list.push_back({{"name", name}, {"doc", model->doc}, {"source", model->source}});
    }
    terminal.data(list.dump(2) + "\n");
    return 0;
  }
  std::size_t width = 0;
  for (const std::string& name : names) width = std::max(width, name.size());
  for (const std::string& name : names) {
    const auto model = builtin_neuron(name);
    terminal.data(terminal.bold_data(name) + std::string(width - name.size() + 3, ' ') + model->doc +
                  (model->source.empty() ? "" : terminal.muted_data("  (" + model->source + ")")) + "\n");
  }
  return 0;
}

}  // namespace

void declare_neurons(OptionSet& set, Action& action) {
  auto options = std::make_shared<NeuronsOptions>();
  set.option("name", options->name, "show this model: parameters, options, states, equations");
  set.flag("--json", options->json, "as JSON; with a name, the model's file");
  action = [options](const Terminal& terminal) { return neurons(*options, terminal); };
}

}  // namespace spikeloom::tool
