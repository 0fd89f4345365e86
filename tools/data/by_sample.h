// Events that come with the number of their sample, in any order.
#pragma once

#include <algorithm>

#include "data/events.h"

namespace spikeloom::data {

class BySample {
 public:
  explicit BySample(const EventOptions& options) : options_(options) {}
  /// Of samples outside the range that was asked for, only the number is kept.
  Result<void> add(const std::string& file, std::uint64_t sample, const Event& event);
  /// There are at least so many samples, whether or not they have events.
  void has_samples(std::uint64_t count) { count_ = std::max(count_, count); }
  /// Moves everything into `events`, sample by sample, in the order of the file. There are as many samples as
  /// the highest number says; a range that goes beyond is an error.
  Result<void> finish(Events& events);

 private:
  const EventOptions& options_;
  std::vector<Event> events_;
  std::vector<std::uint32_t> samples_;
  std::uint64_t count_ = 0;  // samples of the file
};

/// The part of `count` samples that a range takes; an error if there are fewer.
Result<SampleRange> resolved_range(const std::string& file, const SampleRange& range, std::uint64_t count);

}  // namespace spikeloom::data
