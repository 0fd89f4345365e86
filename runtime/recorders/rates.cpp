#include "recorders/same_layout.h"
#include "spikeloom/recorders.h"

namespace spikeloom {

RateRecorder::RateRecorder(double dt, std::uint32_t window) : dt_(dt), window_(window == 0 ? 1 : window) {}

Result<void> RateRecorder::record(const Block& block) {
  cells_ = std::uint64_t{block.samples} * block.neurons;
  for (std::uint32_t s = 0; s < block.steps; ++s, ++steps_) {
    if (steps_ % window_ == 0) spikes_.push_back(0);
    for (std::uint32_t sample = 0; sample < block.samples; ++sample)
      spikes_.back() += block.count_spikes(s, sample);
  }
  return {};
}

std::vector<double> RateRecorder::rates() const {
  std::vector<double> hertz;
  for (std::size_t i = 0; i < spikes_.size(); ++i) {
    const bool is_last = i + 1 == spikes_.size();
    const std::uint64_t steps = is_last ? steps_ - i * window_ : window_;
    const double seconds = static_cast<double>(steps) * dt_ / 1000, cells = static_cast<double>(cells_);
    hertz.push_back(cells > 0 ? static_cast<double>(spikes_[i]) / (cells * seconds) : 0);
  }
  return hertz;
}

void RateRecorder::clear() {
  spikes_.clear();
  steps_ = 0;
}

}  // namespace spikeloom
