// Recorders receive what a session computes, block by block.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spikeloom/export.h"
#include "spikeloom/program.h"
#include "spikeloom/result.h"

namespace spikeloom {

/// The values of one signal over a block of steps. The row of step s (0 ... steps - 1) and sample b starts at
/// data + s * step_stride + b * sample_stride; it holds `neurons` floats or bits (bit j % 8 of byte j / 8).
/// What lies behind them in the row means nothing. Blocks of a signal arrive in step order, without gaps.
struct SPIKELOOM_API Block {
  std::string_view signal;  // the name it was asked for by
  std::uint64_t first_step = 0;
  std::uint32_t steps = 0;
  std::uint32_t samples = 0;
  std::uint32_t first_neuron = 0;  // of the range that the recorder asked for
  std::uint32_t neurons = 0;
  spikeloom_element element = SPIKELOOM_FLOAT;
  const unsigned char* data = nullptr;
  std::size_t step_stride = 0, sample_stride = 0;

  /// One value; spikes are 0 or 1. `neuron` counts within the range. Every NaN is 7fc00000, here and below.
  float at(std::uint32_t step, std::uint32_t sample, std::uint32_t neuron) const;

  /// All values of a row; `values` has room for `neurons`.
  void copy_row(std::uint32_t step, std::uint32_t sample, std::span<float> values) const;

  /// The neurons that spiked (floats: that are not 0), ascending, counted within the range; replaces
  /// `neurons_out`.
  void spikes(std::uint32_t step, std::uint32_t sample, std::vector<std::uint32_t>& neurons_out) const;

  /// How many spiked.
  std::uint64_t count_spikes(std::uint32_t step, std::uint32_t sample) const;

  const unsigned char* row(std::uint32_t step, std::uint32_t sample) const {
    return data + step * step_stride + sample * sample_stride;
  }
};

/// Users may derive their own. Called on the thread that runs the session, never during a step.
class SPIKELOOM_API Recorder {
 public:
  virtual ~Recorder();
  virtual Result<void> record(const Block& block) = 0;
  /// Called once when the run ends, also when it was stopped: files are complete afterwards.
  virtual Result<void> finish() { return {}; }
};

}  // namespace spikeloom
