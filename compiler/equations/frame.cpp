#include "equations/frame.h"

#include <algorithm>
#include <set>

#include "equations/parse.h"
#include "support/check.h"

namespace spikeloom {
namespace {

/// Collects lines; in their text, C is the spike condition, L and R are its sides.
class Frame {
 public:
  explicit Frame(const Expression& spike) : condition_(spike), sides_(comparison_of(spike)) {}

  /// `target` may be L, which is a state wherever a line assigns it.
  void line(std::string_view target, std::string_view text) {
    add(std::string(target == "L" ? std::string_view(sides_.left.root().name) : target), read(text));
  }

  void add(std::string name, Expression value) { lines_.push_back({std::move(name), std::move(value)}); }

  /// The text with C, L, R and `more` replaced; what replaces them is not searched again, so a model may use
  /// these letters as names.
  Expression read(std::string_view text,
                  const std::vector<std::pair<std::string_view, Expression>>& more = {}) const {
    TextProblem problem;
    const std::optional<Expression> e = parse_expression(text, {.internal = true}, problem);
    SPIKELOOM_CHECK(e, "equations", std::string(text) + ": " + problem.what);
    const bool compares = !sides_.left.terms.empty();
    std::vector<Expression::Replacement> replacements = {{"C", &condition_}};
    if (compares) replacements.insert(replacements.end(), {{"L", &sides_.left}, {"R", &sides_.right}});
    for (const auto& [name, by] : more) replacements.push_back({name, &by});
    return e->with(replacements);
  }

  std::vector<FrameLine> lines() && { return std::move(lines_); }

 private:
  const Expression& condition_;
  const Comparison sides_;
  std::vector<FrameLine> lines_;
};

/// Backwards: a line stays if it assigns a state or the output, or a line that stays reads it.
std::vector<FrameLine> without_unread(std::vector<FrameLine> lines, const NeuronModel& model) {
  std::set<std::string, std::less<>> read = {"output", "refractory"};
  for (const StateInfo& state : model.states) read.insert(state.name);
  std::vector<FrameLine> kept;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (!read.contains(line->name)) continue;
    for (const Term& term : line->value.terms)
      if (!term.name.empty()) read.insert(term.name);
    kept.push_back(std::move(*line));
  }
  std::ranges::reverse(kept);
  return kept;
}

}  // namespace

Variant variant_of(const NeuronModel& model, const CellChoice& choice) {
  Variant variant(model.options.size());
  for (std::size_t i = 0; i < variant.size(); ++i) {
    const auto given = choice.options.find(model.options[i].name);
    if (given == choice.options.end()) continue;
    const std::vector<std::string>& values = model.options[i].values;
    const auto value = std::ranges::find(values, given->second);
    SPIKELOOM_CHECK(value != values.end(), "equations",
                    "option value '" + given->second + "' was not checked");
    variant[i] = static_cast<std::size_t>(value - values.begin());
  }
  return variant;
}

std::string chosen_value(const NeuronModel& model, const CellChoice& choice, std::string_view option) {
  const OptionInfo* info = model.option(option);
  if (!info) return {};
  const auto given = choice.options.find(std::string(option));
  return given == choice.options.end() ? info->values[0] : given->second;
}

std::vector<FrameLine> frame_lines(const NeuronModel& model, const CellChoice& choice) {
  const NeuronText& text = *model.text;
  const Variant variant = variant_of(model, choice);
  const bool holds_state = choice.refractory && compared_state(model) >= 0;
  const std::string reset = chosen_value(model, choice, "reset");
  const bool immediate = chosen_value(model, choice, "reset_delay") == "false";
  const auto option = model.option("reset");
  const int reset_index = option ? static_cast<int>(option - model.options.data()) : -1;
  const bool standard_reset = option && model.spikes && !has_choice(text.update, reset_index) &&
                              !has_choice(text.on_spike, reset_index);
  Frame f(text.spike);

  if (choice.refractory) f.line("held", "refractory > 0");
  if (holds_state) f.line("before", "L");
  if (model.spikes) f.line("fired", choice.refractory ? "C and not held" : "C");

  for (const Line* line : lines_of(text.update, variant)) f.add(line->name, line->value);

  if (standard_reset && reset == "subtract") f.line("L", "L - fired * R");
  if (standard_reset && reset == "zero") f.line("L", "fired ? 0 : L");
  if (holds_state) f.line("L", "held ? before : L");
  if (choice.refractory) f.line("refractory", "max(refractory - 1, 0)");
  if (choice.quantize)
    for (const StateInfo& state : model.states)
      f.add(state.name, f.read("quantize(S)", {{"S", name_expression(state.name)}}));

  if (!model.spikes) {
    f.add("output", text.output);
    return without_unread(std::move(f).lines(), model);
  }
  std::string spike = "C";
  if (choice.refractory) spike += " and not held";
  if (choice.inhibition) spike += " and winner(L - R)";
  f.line("spike", spike);
  f.line("output", choice.graded && !choice.inhibition ? "spike ? graded : 0" : "spike");

  for (const Line* line : lines_of(text.on_spike, variant)) {
    const bool state = std::ranges::find(model.states, line->name, &StateInfo::name) != model.states.end();
    if (!state) {
      f.add(line->name, line->value);
      continue;
    }
    f.add(line->name, f.read("spike ? E : S", {{"E", line->value}, {"S", name_expression(line->name)}}));
  }
  if (immediate) {
    f.line("late", choice.inhibition && choice.graded ? "spike / graded - fired" : "spike - fired");
    if (reset == "subtract") f.line("L", "L - late * R");
    if (reset == "zero") f.line("L", "L - late * L");
  }
  if (choice.refractory)
    f.add("refractory", f.read("spike ? N : refractory", {{"N", name_expression(kRefractorySteps)}}));
  return without_unread(std::move(f).lines(), model);
}

}  // namespace spikeloom
