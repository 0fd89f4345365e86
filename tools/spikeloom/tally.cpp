#include "tally.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <optional>
#include <system_error>

#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {

Result<void> SpikeTotal::record(const Block& block) {
  cells_ += std::uint64_t{block.steps} * block.samples * block.neurons;
  for (std::uint32_t step = 0; step < block.steps; ++step)
    for (std::uint32_t sample = 0; sample < block.samples; ++sample)
      spikes_ += block.count_spikes(step, sample);
  return {};
}

double SpikeTotal::per_neuron_and_step() const {
  return cells_ == 0 ? 0.0 : static_cast<double>(spikes_) / static_cast<double>(cells_);
}

std::vector<std::string> SpikeTotal::words(std::optional<double> dt_ms) const {
  std::array<char, 64> rate{};
  if (dt_ms)
    std::snprintf(rate.data(), rate.size(), "%.3g Hz", per_neuron_and_step() * 1000 / *dt_ms);
  else
    std::snprintf(rate.data(), rate.size(), "%.3g per neuron and step", per_neuron_and_step());
  return {name_, std::to_string(neurons_) + (neurons_ == 1 ? " neuron" : " neurons"),
          std::to_string(spikes_) + (spikes_ == 1 ? " spike" : " spikes"), rate.data()};
}

namespace {

struct DecodeChoice {
  Decoding decoding = Decoding::rate;
  bool is_population = false;
  std::optional<std::uint32_t> classes;  // of a population code; absent: as many as the labels name
};

Result<DecodeChoice> parse_decode(const std::string& text) {
  const auto colon = text.find(':');
  const std::string word = text.substr(0, colon);
  if (colon == std::string::npos) {
    if (word == "rate") return DecodeChoice{};
    if (word == "first") return DecodeChoice{.decoding = Decoding::first};
    if (word == "membrane") return DecodeChoice{.decoding = Decoding::membrane};
    if (word == "population") return DecodeChoice{.is_population = true};
  } else if (word == "population") {
    const std::string digits = text.substr(colon + 1);
    std::uint32_t classes = 0;
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), classes);
    if (problem == std::errc() && end == digits.data() + digits.size() && classes > 0)
      return DecodeChoice{.is_population = true, .classes = classes};
  }
  return Error(ErrorKind::usage, "--decode " + escaped(text) + " means nothing",
               "rate, first, membrane, population or population:CLASSES");
}

/// The state whose largest value says most of a neuron: its membrane.
std::optional<Signal> membrane_of(const Model& model, Signal output) {
  if (output.of != Signal::Of::node || output.state >= 0) return {};
  const auto* population = std::get_if<Population>(&model.nodes[output.index].kind);
  if (population == nullptr || population->cell.states.empty()) return {};
  for (const char* name : {"mem", "v"})
    for (std::size_t i = 0; i < population->cell.states.size(); ++i)
      if (population->cell.states[i].name == name) {
        output.state = static_cast<std::int32_t>(i);
        return output;
      }
  return {};
}

}  // namespace

Result<void> Score::choose_output(const Model& model, const std::string& wanted, bool wants_membrane) {
  std::vector<std::string> names;
  const ModelOutput* chosen = nullptr;
  for (const bool of_spikes : {true, false})  // an output of spikes is taken first
    for (const ModelOutput& output : model.outputs) {
      if (is_neuron_output(model, output.signal) != of_spikes || (!of_spikes && !wants_membrane)) continue;
      names.push_back(output.name);
      if (chosen == nullptr || output.name == wanted) chosen = &output;
    }
  if (names.empty())
    return wants_membrane ? Error(ErrorKind::usage, "--labels needs an output",
                                  "name a neuron or its state under \"outputs\" in the graph")
                          : Error(ErrorKind::usage, "--labels needs an output of spikes",
                                  "name a neuron under \"outputs\" in the graph");
  if (!wanted.empty() && chosen->name != wanted) {
    const std::string near = nearest_name(wanted, names),
                      kind = wants_membrane ? "output" : "output of spikes";
    return Error(ErrorKind::usage, "no " + kind + " is called '" + escaped(wanted) + "'",
                 near.empty() ? (wants_membrane ? "outputs: " : "outputs of spikes: ") + listed(names, "and")
                              : "did you mean '" + near + "'?");
  }
  Signal signal = chosen->signal;
  if (wants_membrane) {
    if (const auto membrane = membrane_of(model, signal))
      signal = *membrane;
    else if (is_neuron_output(model, signal))
      return Error(ErrorKind::usage,
                   "the neurons of '" + escaped(chosen->name) + "' have no membrane potential",
                   "--decode-output names another output; a state may be one");
  }
  output_ = chosen->name;
  signal_ = model.name_of(signal);
  neurons_ = static_cast<std::uint32_t>(model.size(signal));
  return {};
}

Result<Score> Score::open(const Model& model, const Request& request) {
  TRY(const DecodeChoice choice, parse_decode(request.decode));
  Score score;
  score.decode_ = request.decode;
  TRY_VOID(score.choose_output(model, request.output, choice.decoding == Decoding::membrane));

  std::optional<std::uint32_t> classes = choice.classes;
  if (choice.is_population && !classes) {
    const std::int64_t largest = *std::ranges::max_element(request.labels);
    classes =
        largest >= 0 && largest < score.neurons_ ? static_cast<std::uint32_t>(largest) + 1 : score.neurons_;
  }
  if (classes && score.neurons_ % *classes != 0)
    return Error(ErrorKind::usage,
                 "the " + std::to_string(score.neurons_) + " neurons of '" + score.output_ +
                     "' cannot be shared equally by " + std::to_string(*classes) + " classes",
                 choice.classes ? "every class of a population code owns as many neurons"
                                : "--decode population:CLASSES says how many classes there are");
  score.classes_ = classes.value_or(score.neurons_);
  for (std::size_t i = 0; i < request.labels.size(); ++i) {
    const std::int64_t label = request.labels[i];
    if (label < 0 || label >= score.classes_) {
      Diagnostic d;
      d.file = request.labels_from;
      d.what = "label " + std::to_string(i) + " names no " + (classes ? "class" : "neuron") + " of output '" +
               score.output_ + "'";
      d.expected = "0 to " + std::to_string(score.classes_ - 1);
      d.got = std::to_string(label);
      return Error(std::vector<Diagnostic>{std::move(d)});
    }
    score.labels_.push_back(static_cast<std::uint32_t>(label));
  }
  // A table of more classes would be larger than all that it says.
  if (score.classes_ <= 4096) score.confusion_.assign(std::size_t{score.classes_} * score.classes_, 0);
  score.decoder_ = Decoder(choice.decoding, classes);
  return score;
}

Result<void> Score::attach(Engine& engine) {
  decoder_.clear();
  return engine.record(signal_, decoder_, 0, SPIKELOOM_NONE);
}

void Score::take(std::uint32_t first_sample, std::uint32_t count) {
  if (decoder_.steps() == 0 || decoder_.samples() < count) return;  // stopped before the first step
  for (std::uint32_t sample = 0; sample < count; ++sample) {
    ++samples_;
    const std::uint32_t label = labels_[first_sample + sample], as = decoder_.decide(sample);
    if (as == label) ++right_;
    if (has_confusion()) ++confusion_[std::size_t{label} * classes_ + as];
  }
}

std::string Score::words() const {
  const std::string by = decode_ == "first"      ? "first spike of '" + output_ + "'"
                         : decode_ == "membrane" ? "largest value of '" + signal_ + "'"
                                                 : "spike count of '" + output_ + "'";
  return "by " + by +
         (classes_ < neurons_ ? ", " + std::to_string(neurons_ / classes_) + " neurons a class" : "");
}

std::vector<std::vector<std::string>> Score::confusion_rows() const {
  std::vector<std::vector<std::string>> rows{{"label"}};
  for (std::uint32_t as = 0; as < classes_; ++as) rows[0].push_back("as " + std::to_string(as));
  for (std::uint32_t label = 0; label < classes_; ++label) {
    std::vector<std::string>& row = rows.emplace_back(1, std::to_string(label));
    for (std::uint32_t as = 0; as < classes_; ++as) row.push_back(std::to_string(confused(label, as)));
  }
  return rows;
}

}  // namespace spikeloom::tool
