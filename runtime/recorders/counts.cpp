#include <algorithm>
#include <numeric>

#include "recorders/same_layout.h"
#include "spikeloom/recorders.h"

namespace spikeloom {

Result<void> SpikeCounter::record(const Block& block) {
  if (steps_ == 0) {
    samples_ = block.samples;
    neurons_ = block.neurons;
    counts_.assign(std::size_t{samples_} * neurons_, 0);
  } else if (Result<void> same = same_layout(block, samples_, neurons_); !same) {
    return same;
  }
  std::vector<std::uint32_t> spiked;
  for (std::uint32_t s = 0; s < block.steps; ++s)
    for (std::uint32_t sample = 0; sample < samples_; ++sample) {
      block.spikes(s, sample, spiked);
      for (const std::uint32_t neuron : spiked) ++counts_[std::size_t{sample} * neurons_ + neuron];
    }
  steps_ += block.steps;
  return {};
}

std::uint64_t SpikeCounter::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

double SpikeCounter::mean_per_step() const {
  const double cells = static_cast<double>(counts_.size()) * static_cast<double>(steps_);
  return cells > 0 ? static_cast<double>(total()) / cells : 0;
}

std::uint32_t SpikeCounter::most_active(std::uint32_t sample) const {
  const auto first = counts_.begin() + static_cast<std::ptrdiff_t>(std::size_t{sample} * neurons_);
  return static_cast<std::uint32_t>(std::max_element(first, first + neurons_) - first);
}

void SpikeCounter::clear() {
  counts_.clear();
  steps_ = 0;
}

}  // namespace spikeloom
