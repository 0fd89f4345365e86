#include "data/events.h"

namespace spikeloom::data {

const char* name_of(TimeUnit unit) {
  switch (unit) {
    case TimeUnit::step:
      return "steps";
    case TimeUnit::us:
      return "us";
    case TimeUnit::ms:
      return "ms";
    case TimeUnit::s:
      return "s";
  }
  return "";
}

Result<void> check_event_count(const std::string& name, std::uint64_t events, const EventOptions& options) {
  if (events <= options.most_events) return {};
  Error error = file_error(name, "too many events", "at most " + std::to_string(options.most_events),
                           std::to_string(events), "--samples takes a part of a data set");
  error.diagnostics.front().kind = ErrorKind::limit;
  return error;
}

Result<void> check_single_sample(const std::string& name, const EventOptions& options) {
  if (options.samples.holds(0)) return {};
  return file_error(name, "the file holds a single sample", "--samples 0:1, or none at all",
                    "samples from " + std::to_string(options.samples.first));
}

}  // namespace spikeloom::data
