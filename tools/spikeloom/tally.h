// What a run tells about itself at its end: spikes of every neuron layer, and the score of the output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine.h"
#include "network.h"
#include "spikeloom/recorders.h"

namespace spikeloom::tool {

/// Spikes of one population over all samples; counts whole rows, so it costs little.
class SpikeTotal final : public Recorder {
 public:
  SpikeTotal(std::string name, std::size_t neurons) : name_(std::move(name)), neurons_(neurons) {}
  Result<void> record(const Block& block) override;
  const std::string& name() const { return name_; }
  std::uint64_t spikes() const { return spikes_; }
  double per_neuron_and_step() const;
  /// "lif1    128 neurons   40 200 spikes   12.3 Hz"
  std::vector<std::string> words(std::optional<double> dt_ms) const;

 private:
  std::string name_;
  std::size_t neurons_;
  std::uint64_t spikes_ = 0, cells_ = 0;  // cells: neurons x samples x steps
};

/// The class of each sample by most output spikes, the first of equals, against labels.
class Score {
 public:
  struct Request {
    std::string labels;  // a file
    std::string output;  // "": the only output that spikes
  };
  static Result<Score> open(const Model& model, const Request& request, std::uint32_t samples);
  /// Before and after the run of a part of the samples.
  Result<void> attach(Engine& engine);
  void take(std::uint32_t first_sample, std::uint32_t count);
  std::uint32_t right() const { return right_; }
  std::uint32_t samples() const { return samples_; }
  double accuracy() const { return samples_ == 0 ? 0.0 : static_cast<double>(right_) / samples_; }
  const std::string& output() const { return output_; }

 private:
  std::string output_, signal_;
  std::vector<std::uint32_t> labels_;
  std::uint32_t right_ = 0, samples_ = 0;
  SpikeCounter counter_;
};

}  // namespace spikeloom::tool
