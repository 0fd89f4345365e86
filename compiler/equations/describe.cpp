// Models and cells as text for people.
#include <algorithm>

#include "equations/frame.h"

namespace spikeloom {
namespace {

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string bound(const std::optional<double>& value) {
  return value ? print_number(static_cast<float>(*value)) : "";
}

/// "above 0, clamped to [0, 1], default 1"
std::string conditions(const ParameterInfo& p) {
  std::vector<std::string> parts;
  if (p.above) parts.push_back("above " + bound(p.above));
  if (p.low && p.high) parts.push_back("from " + bound(p.low) + " to " + bound(p.high));
  if (p.low && !p.high) parts.push_back("at least " + bound(p.low));
  if (!p.low && p.high) parts.push_back("at most " + bound(p.high));
  if (p.clamp_low || p.clamp_high)
    parts.push_back("clamped to [" + bound(p.clamp_low) + ", " + bound(p.clamp_high) + "]");
  if (p.fallback) parts.push_back("default " + print_number(*p.fallback));
  return list_of(parts, ", ");
}

using Rows = std::vector<std::vector<std::string>>;

/// Left-aligned columns under a title, blank columns at the end left out.
std::string table(const std::string& title, const Rows& rows) {
  if (rows.empty()) return {};
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text = title + "\n";
  for (const auto& row : rows) {
    std::string line = " ";
    for (std::size_t i = 0; i < row.size(); ++i) line += " " + padded(row[i], widths[i]) + " ";
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string print_lines(const std::vector<PrintedLine>& lines, const std::string& indent) {
  std::size_t width = 0;
  for (const PrintedLine& line : lines) width = std::max(width, line.name.size());
  std::string text;
  for (const PrintedLine& line : lines)
    text += indent + padded(line.name, width) + " = " + line.expression + "\n";
  return text;
}

}  // namespace

std::string print(const Cell& cell) {
  return print_lines(cell.lines, "");
}

std::string describe(const NeuronModel& model) {
  std::string text = model.name + ": " + model.doc + "\n";
  if (!model.source.empty()) text += "source: " + model.source + "\n";

  Rows parameters, options, inputs, states;
  for (const ParameterInfo& p : model.parameters) parameters.push_back({p.name, p.doc, conditions(p)});
  for (const OptionInfo& o : model.options) options.push_back({o.name, list_of(o.values, ", ")});
  for (const PortInfo& p : model.ports) inputs.push_back({p.name, p.doc});
  for (std::size_t i = 0; i < model.states.size(); ++i) {
    const Expression& initial = model.text->initial[i];
    states.push_back({model.states[i].name, model.states[i].doc,
                      initial.terms.empty() ? "" : "initially " + print(initial)});
  }
  text += table("parameters", parameters);
  for (std::size_t g = 0; g < model.given.size(); ++g) {
    text += "  give one of\n";
    for (std::size_t w = 0; w < model.given[g].ways.size(); ++w) {
      text += "    " + list_of(model.given[g].ways[w].names);
      const std::vector<Line>& lines = model.text->given[g][w];
      for (std::size_t i = 0; i < lines.size(); ++i)
        text += (i == 0 ? ": " : "; ") + lines[i].name + " = " + print(lines[i].value);
      text += "\n";
    }
  }
  for (const Requirement& r : model.text->require) text += "  required: " + print(r.condition) + "\n";
  text += table("options (the first value is the default)", options);
  text += table("inputs", inputs);
  text += table("states", states);
  text += "equations of a step, options at their defaults\n" + print_lines(make_cell(model, {}).lines, "  ");
  return text;
}

}  // namespace spikeloom
