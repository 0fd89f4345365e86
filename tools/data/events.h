// Spikes and camera events as a file holds them, before they are put into steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "arrays/array.h"
#include "arrays/bytes.h"

namespace spikeloom::data {

/// What a time of a file counts.
enum class TimeUnit { step, us, ms, s };
const char* name_of(TimeUnit unit);  // "steps", "us", "ms", "s"

struct Event {
  double time = 0;  // in the file's own unit: dividing it is left to bin(), once
  std::uint32_t neuron = 0;
  float value = 1;
};

/// Samples [first, end) of a data set; without `end` all that follow.
struct SampleRange {
  std::uint64_t first = 0;
  std::optional<std::uint64_t> end;
  bool holds(std::uint64_t sample) const { return sample >= first && (!end || sample < *end); }
  bool is_all() const { return first == 0 && !end; }
};

/// What becomes of the two polarities of a camera's events.
enum class Polarity {
  separate,  // two channels, OFF then ON: [2, height, width]
  merge,     // one channel: [1, height, width]
  on,        // only brighter: [1, height, width]
  off        // only darker
};

struct Sensor {
  std::uint32_t width = 0, height = 0;
};

struct EventOptions {
  SampleRange samples;
  Polarity polarity = Polarity::separate;
  std::optional<Sensor> sensor;  // where the file does not say, or against what it says
  std::optional<TimeUnit> unit;  // of a CSV file whose header does not say
  std::string signal;            // of a CSV or AEDAT 4 file that holds several
  std::uint64_t most_events = 1u << 27;
};

struct Events {
  std::string name;    // of the file
  std::string format;  // "N-MNIST", "CSV"
  TimeUnit unit = TimeUnit::step;
  Shape shape;                           // of one sample; empty: the file does not say
  std::optional<double> dt_ms;           // of steps, where the file says so
  std::optional<double> end;             // in `unit`, where the file says when the recording ends
  std::vector<std::uint64_t> starts{0};  // events of sample i: starts[i] up to starts[i + 1]
  std::vector<Event> events;
  std::vector<std::int64_t> labels;  // of these samples, where the file has any

  std::size_t samples() const { return starts.size() - 1; }
  /// Ends a sample with the events that were added since the last one.
  void end_sample() { starts.push_back(events.size()); }
};

/// An error of kind limit if a file claims more events than may be taken.
Result<void> check_event_count(const std::string& name, std::uint64_t events, const EventOptions& options);

/// For files of a single sample: a range that leaves it out is an error.
Result<void> check_single_sample(const std::string& name, const EventOptions& options);

}  // namespace spikeloom::data
