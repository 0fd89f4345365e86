// Decoders: which class the output of a network means, sample by sample.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "spikeloom/recorder.h"

namespace spikeloom {

enum class Decoding : std::uint8_t {
  rate,      // the class of most spikes; graded ones count by their value
  first,     // the class of the first spike; a neuron without one counts as if it spiked in the last step
  membrane,  // the class of the largest value in any step: record a membrane, or a read-out
};

/// Keeps one number a neuron, however long the run. Of equal classes the first is decided for. NaN counts as
/// no spike and as no value.
class SPIKELOOM_API Decoder final : public Recorder {
 public:
  /// `classes`: a population code, in which every class owns as many neurons, one block behind the other, and
  /// the numbers of a block count together (spikes summed, the earliest, the largest). Nothing: a class a
  /// neuron.
  explicit Decoder(Decoding decoding = Decoding::rate, std::optional<std::uint32_t> classes = {})
      : decoding_(decoding), asked_(classes) {}
  Result<void> record(const Block& block) override;

  std::uint64_t steps() const { return steps_; }
  std::uint32_t samples() const { return samples_; }
  std::uint32_t neurons() const { return neurons_; }
  std::uint32_t classes() const { return asked_.value_or(neurons_); }

  /// Of one neuron: spikes, the step of its first spike (counted from the first recorded one; the last step
  /// if it has none), or its largest value.
  double neuron(std::uint32_t sample, std::uint32_t neuron) const;
  /// The same of a class.
  double score(std::uint32_t sample, std::uint32_t of) const;
  std::uint32_t decide(std::uint32_t sample) const;
  void clear();

 private:
  Decoding decoding_;
  std::optional<std::uint32_t> asked_;
  std::uint64_t steps_ = 0;
  std::uint32_t samples_ = 0, neurons_ = 0;
  std::vector<double> values_;  // [samples][neurons]
};

}  // namespace spikeloom
