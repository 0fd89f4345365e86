#include "recorders/same_layout.h"
#include "spikeloom/recorders.h"

namespace spikeloom {

Result<void> SpikeRecorder::record(const Block& block) {
  std::vector<std::uint32_t> neurons;
  for (std::uint32_t s = 0; s < block.steps; ++s)
    for (std::uint32_t sample = 0; sample < block.samples; ++sample) {
      block.spikes(s, sample, neurons);
      const std::uint64_t most = memory_limit_ / sizeof(SpikeEvent);
      if (neurons.size() > most || events_.size() > most - neurons.size())
        return recording_too_long(block, memory_limit_);
      for (const std::uint32_t neuron : neurons)
        events_.push_back({block.first_step + s, sample, neuron, block.at(s, sample, neuron)});
    }
  steps_ += block.steps;
  return {};
}

void SpikeRecorder::clear() {
  events_.clear();
  steps_ = 0;
}

}  // namespace spikeloom
