// The last population's spikes: counted while time is taken, or kept to be compared.
#pragma once

#include <cstdint>
#include <vector>

#include "limits/limit.h"
#include "spikeloom/recorder.h"

namespace spikeloom::benchmarks {

/// Set bits of `bytes` bytes, a multiple of 8.
std::uint64_t count_bits(const unsigned char* bits, std::size_t bytes);

/// Counts all spikes of a run, of the compiled network as its recorder, of the limit kernel as its sink.
class SpikeTotal final : public Recorder, public Sink {
 public:
  Result<void> record(const Block& block) override;
  void spikes(std::size_t first_step, std::size_t steps, std::size_t first_sample, std::size_t samples,
              const std::uint64_t* bits, std::size_t step_words, std::size_t sample_words) override;
  explicit SpikeTotal(std::size_t neurons) : neurons_(neurons) {}
  std::uint64_t total = 0;

 private:
  std::uint64_t count_row(const unsigned char* row) const;
  std::size_t neurons_;
};

/// Keeps them: [step][sample][words of 64 neurons].
class Raster final : public Recorder, public Sink {
 public:
  Raster(std::size_t neurons, std::size_t batch, std::size_t steps)
      : neurons_(neurons), batch_(batch), words_((neurons + 63) / 64), bits_(steps * batch * words_) {}
  Result<void> record(const Block& block) override;
  void spikes(std::size_t first_step, std::size_t steps, std::size_t first_sample, std::size_t samples,
              const std::uint64_t* bits, std::size_t step_words, std::size_t sample_words) override;
  void set(std::size_t step, std::size_t sample, std::size_t neuron);

  const std::uint64_t* row(std::size_t step, std::size_t sample) const {
    return bits_.data() + (step * batch_ + sample) * words_;
  }
  std::size_t row_words() const { return words_; }
  std::uint64_t total() const;
  bool operator==(const Raster& other) const { return bits_ == other.bits_; }

 private:
  void take(std::size_t step, std::size_t sample, const unsigned char* row);
  std::size_t neurons_, batch_, words_;
  std::vector<std::uint64_t> bits_;
};

}  // namespace spikeloom::benchmarks
