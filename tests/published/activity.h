// What papers say of a network's activity, from the spikes of a run.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "spikeloom/recorder.h"

namespace spikeloom::published {

struct Statistics {
  double rate = 0;       // Hz, of a neuron on average
  double cv = 0;         // coefficient of variation of the intervals of a neuron: 0 regular, 1 Poisson
  double fano = 0;       // variance / mean of the spikes of all neurons in 1 ms: 1 if independent
  double frequency = 0;  // Hz, where the spectrum of the spikes of all neurons has its peak
};

/// Takes the spikes of one sample from `first_step` on; steps are 0.1 ms.
class Activity : public Recorder {
 public:
  explicit Activity(std::uint64_t first_step) : first_step_(first_step) {}
  Result<void> record(const Block& block) override;
  Statistics statistics() const;

 private:
  struct Neuron {
    std::uint64_t last = 0;  // step behind the last spike; 0: none yet
    double intervals = 0, sum = 0, squares = 0;
  };
  std::uint64_t first_step_;
  std::vector<Neuron> neurons_;
  std::vector<std::uint32_t> spikes_;  // of all neurons, by step
};

}  // namespace spikeloom::published
