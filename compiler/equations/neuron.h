// A neuron model as its file declares it, checked over every combination of its options.
// Comes in: the JSON of graphs/neurons/*.json or of a graph's "neurons". Goes out: NeuronModel.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "equations/cell.h"
#include "json/json.h"

namespace spikeloom {

struct ParameterInfo {
  std::string name, doc;
  std::optional<float> fallback;           // "default"
  std::optional<double> low, high, above;  // range and strict lower bound
  std::optional<float> clamp_low, clamp_high;
  int group = -1;  // index of the `given` group it belongs to
};

struct OptionInfo {
  std::string name;
  std::vector<std::string> values;  // the first is the default; "true"/"false" for booleans
  bool boolean = false;
};

struct StateInfo {
  std::string name, doc;
};

struct PortInfo {
  std::string name, doc;
};

/// One way of giving the parameters of a group: exactly these names; the rest is computed.
struct GivenWay {
  std::vector<std::string> names;
};
struct GivenGroup {
  std::vector<GivenWay> ways;
  std::vector<std::string> members;
};

/// The parsed text of a model: opaque outside equations/.
struct NeuronText;

struct NeuronModel {
  std::string name, doc, source;
  std::vector<ParameterInfo> parameters;
  std::vector<GivenGroup> given;
  std::vector<OptionInfo> options;
  std::vector<PortInfo> ports;  // {"input", ...} when the file says nothing; empty for a source
  std::vector<StateInfo> states;
  bool spikes = true;           // false: a cell with `output`
  bool has_comparison = false;  // `spike` is a > b or a >= b (or swapped): inhibition is possible
  bool compares_state = false;  // ... and its left side is a state: refractory and reset_delay are possible
  std::shared_ptr<const NeuronText> text;

  const ParameterInfo* parameter(std::string_view n) const;
  const OptionInfo* option(std::string_view n) const;
};

/// Reads and checks one model. All problems go to `report`; null if there were any.
std::shared_ptr<const NeuronModel> read_neuron(const std::string& name, json::Value file, Report& report);

/// The models that ship, by name; they are embedded at build time and parsed on first use.
std::shared_ptr<const NeuronModel> builtin_neuron(std::string_view name);
std::vector<std::string> builtin_neuron_names();              // sorted
std::string_view builtin_neuron_text(std::string_view name);  // the JSON file

/// What a node chooses at compile time.
struct CellChoice {
  std::map<std::string, std::string> options;  // name -> value; missing ones take their default
  bool inhibition = false;
  bool refractory = false;  // the number of steps is a parameter slot "refractory"
  bool graded = false;      // the factor is a parameter slot "graded"
  std::optional<LevelTable> quantize;
  /// What the printed lines show for the number of refractory steps; no part of what runs.
  std::string refractory_shown = "n";
};

/// Puts the frame around the file's lines (equations.md, "One step") and lowers the variant to a Cell. The
/// model was checked, so this cannot fail for choices the model allows; what it does not allow is reported by
/// check_choice().
void check_choice(const NeuronModel& model, const CellChoice& choice, json::Value node, Report& report);
Cell make_cell(const NeuronModel& model, const CellChoice& choice);

/// Whether the step divides by `graded`, which then may not be 0.
bool divides_by_graded(const NeuronModel& model, const CellChoice& choice);

/// The lines of a cell as they run, names aligned.
std::string print(const Cell& cell);

/// A real expression over ports, for elementwise layers: elementwise("max(input, 0)", {"input"}, {}).
/// Parameters are real values bound like a neuron's. A condition as expression makes a cell that spikes.
Cell elementwise(std::string_view expression, const std::vector<std::string>& ports,
                 const std::vector<std::string>& parameters);

/// Quantiser levels of snnTorch's state_quant (semantics.md, section 7), ascending, with the midpoints
/// between them.
LevelTable quantizer_levels(int num_bits, bool uniform, bool threshold_centered, double threshold,
                            double lower_limit, double upper_limit, std::optional<double> multiplier);

}  // namespace spikeloom
