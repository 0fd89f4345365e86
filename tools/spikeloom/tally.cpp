#include "tally.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "array_file.h"
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

Result<Score> Score::open(const Model& model, const Request& request, std::uint32_t samples) {
  Score score;
  std::vector<std::string> names;
  const ModelOutput* chosen = nullptr;
  for (const ModelOutput& output : model.outputs) {
    if (!is_neuron_output(model, output.signal)) continue;
    names.push_back(output.name);
    if (chosen == nullptr || output.name == request.output) chosen = &output;
  }
  if (names.empty())
    return Error(ErrorKind::usage, "--labels needs an output of spikes",
                 "name a neuron under \"outputs\" in the graph");
  if (!request.output.empty() && chosen->name != request.output) {
    const std::string near = nearest_name(request.output, names);
    return Error(
        ErrorKind::usage, "no output of spikes is called '" + escaped(request.output) + "'",
        near.empty() ? "outputs of spikes: " + listed(names, "and") : "did you mean '" + near + "'?");
  }
  score.output_ = chosen->name;
  score.signal_ = model.name_of(chosen->signal);

  TRY(const ArrayFile file, ArrayFile::open(request.labels));
  const auto refused = [&](std::string what, std::string expected, std::string got) {
    Diagnostic d;
    d.file = request.labels;
    d.what = std::move(what);
    d.expected = std::move(expected);
    d.got = std::move(got);
    return Error(std::vector<Diagnostic>{std::move(d)});
  };
  if (file.is_events() || !file.is_integer() || file.shape() != Shape{samples})
    return refused("these labels do not fit the samples", "integers, [" + std::to_string(samples) + "]",
                   file.type() + ", " + to_string(file.shape()));
  std::vector<float> values(samples);
  TRY_VOID(file.read(0, values));
  const std::size_t classes = model.size(chosen->signal);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] >= 0 && values[i] < static_cast<float>(classes)))
      return refused("label " + std::to_string(i) + " names no neuron of output '" + score.output_ + "'",
                     "0 to " + std::to_string(classes - 1), std::to_string(std::llround(values[i])));
    score.labels_.push_back(static_cast<std::uint32_t>(values[i]));
  }
  return score;
}

Result<void> Score::attach(Engine& engine) {
  counter_.clear();
  return engine.record(signal_, counter_, 0, SPIKELOOM_NONE);
}

void Score::take(std::uint32_t first_sample, std::uint32_t count) {
  if (counter_.samples() < count) return;  // stopped before the first step
  for (std::uint32_t sample = 0; sample < count; ++sample) {
    ++samples_;
    if (counter_.most_active(sample) == labels_[first_sample + sample]) ++right_;
  }
}

}  // namespace spikeloom::tool
