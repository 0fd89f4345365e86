#include "recorders/same_layout.h"
#include "spikeloom/recorders.h"

namespace spikeloom {

Result<void> TraceRecorder::record(const Block& block) {
  if (steps_ == 0) {
    first_step_ = block.first_step;
    samples_ = block.samples;
    neurons_ = block.neurons;
  } else if (Result<void> same = same_layout(block, samples_, neurons_); !same) {
    return same;
  }
  const std::size_t row = neurons_, added = std::size_t{block.steps} * block.samples * row;
  if (added > memory_limit_ / sizeof(float) || values_.size() > memory_limit_ / sizeof(float) - added)
    return recording_too_long(block, memory_limit_);
  std::size_t at = values_.size();
  values_.resize(at + added);
  for (std::uint32_t s = 0; s < block.steps; ++s)
    for (std::uint32_t sample = 0; sample < block.samples; ++sample, at += row)
      block.copy_row(s, sample, std::span(values_).subspan(at, row));
  steps_ += block.steps;
  return {};
}

void TraceRecorder::clear() {
  values_.clear();
  steps_ = 0;
}

}  // namespace spikeloom
