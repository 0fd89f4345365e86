#include "data/by_sample.h"

#include <algorithm>

#include "support/try.h"

namespace spikeloom::data {
namespace {

// A hostile file has one event of sample 4 294 967 294.
constexpr std::uint64_t kMostSamples = 1u << 24;

}  // namespace

Result<void> BySample::add(const std::string& file, std::uint64_t sample, const Event& event) {
  count_ = std::max(count_, sample + 1);
  if (!options_.samples.holds(sample)) return {};
  TRY_VOID(check_event_count(file, events_.size() + 1, options_));
  events_.push_back(event);
  samples_.push_back(static_cast<std::uint32_t>(sample));
  return {};
}

Result<void> BySample::finish(Events& events) {
  if (options_.samples.is_all() && count_ == 0) count_ = 1;  // silence is a sample, too
  TRY(const SampleRange range, resolved_range(events.name, options_.samples, count_));
  const std::uint64_t count = *range.end - range.first;
  if (count > kMostSamples) {
    Error error = file_error(events.name, "too many samples", "at most " + std::to_string(kMostSamples),
                             std::to_string(count), "--samples takes a part of a data set");
    error.diagnostics.front().kind = ErrorKind::limit;
    return error;
  }
  events.starts.assign(count + 1, 0);
  for (const std::uint32_t sample : samples_) ++events.starts[sample - range.first + 1];
  for (std::uint64_t i = 1; i <= count; ++i) events.starts[i] += events.starts[i - 1];
  std::vector<std::uint64_t> next(events.starts.begin(), events.starts.end() - 1);
  events.events.resize(events_.size());
  for (std::size_t i = 0; i < events_.size(); ++i)
    events.events[next[samples_[i] - range.first]++] = events_[i];
  return {};
}

Result<SampleRange> resolved_range(const std::string& file, const SampleRange& range, std::uint64_t count) {
  if (range.first >= count || (range.end && (*range.end > count || *range.end <= range.first)))
    return file_error(file, "there are no such samples",
                      count == 0 ? "the file has none" : "a part of 0:" + std::to_string(count),
                      std::to_string(range.first) + ":" + (range.end ? std::to_string(*range.end) : ""));
  return SampleRange{range.first, range.end.value_or(count)};
}

}  // namespace spikeloom::data
