// What a run tells about itself at its end: spikes of every neuron layer, and the score of the output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine.h"
#include "network.h"
#include "spikeloom/decoders.h"
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

/// The class of each sample, decoded from an output, against labels.
class Score {
 public:
  struct Request {
    std::vector<std::int64_t> labels;  // one a sample
    std::string labels_from;           // what the user calls them: for messages
    std::string output;                // "": the first output that spikes
    std::string decode = "rate";
  };
  static Result<Score> open(const Model& model, const Request& request);
  /// Before and after the run of a part of the samples.
  Result<void> attach(Engine& engine);
  void take(std::uint32_t first_sample, std::uint32_t count);
  std::uint32_t right() const { return right_; }
  std::uint32_t samples() const { return samples_; }
  double accuracy() const { return samples_ == 0 ? 0.0 : static_cast<double>(right_) / samples_; }
  const std::string& output() const { return output_; }
  const std::string& decode() const { return decode_; }
  /// "by spike count of 'spikes'"
  std::string words() const;
  std::uint32_t classes() const { return classes_; }
  /// False beyond a few thousand classes.
  bool has_confusion() const { return !confusion_.empty(); }
  /// Samples of class `label` that were decoded as class `as`.
  std::uint32_t confused(std::uint32_t label, std::uint32_t as) const {
    return confusion_[std::size_t{label} * classes_ + as];
  }
  /// A heading, then a line a class: its label, and how often it was decoded as each.
  std::vector<std::vector<std::string>> confusion_rows() const;

  static constexpr std::uint32_t kMostRows = 20;  // classes of which a person wants to see the table

 private:
  Result<void> choose_output(const Model& model, const std::string& wanted, bool wants_membrane);

  std::string output_, decode_, signal_;
  std::uint32_t neurons_ = 0, classes_ = 0;
  std::vector<std::uint32_t> labels_, confusion_;  // [classes][classes]
  std::uint32_t right_ = 0, samples_ = 0;
  Decoder decoder_;
};

}  // namespace spikeloom::tool
