// Any bytes through a reader of events, and what comes of it put into steps.
#pragma once

#include <cstddef>
#include <cstdint>

#include "data/bin.h"
#include "support/check.h"

namespace spikeloom {

/// `read` takes Bytes and EventOptions. A file that does not fit the first options may do without them.
template <typename Read>
void read_and_bin(Read read, const std::uint8_t* data, std::size_t size) {
  const Bytes bytes = bytes_of({data, size}, "fuzz");
  data::EventOptions options;
  options.sensor = data::Sensor{128, 128};
  options.most_events = 1u << 16;
  options.samples.end = 1u << 10;
  auto events = read(bytes, options);
  if (!events) {
    options.sensor.reset();
    options.samples.end.reset();
    events = read(bytes, options);
  }
  if (!events) return;
  SPIKELOOM_CHECK(events->starts.back() == events->events.size(), "fuzz", "events of no sample");
  const auto binned = data::bin(*std::move(events), {.dt_ms = 1.0, .steps = 1000});
  if (!binned) return;
  for (const data::Spike& spike : binned->spikes)
    SPIKELOOM_CHECK(spike.step < 1000, "fuzz", "a step too late");
}

}  // namespace spikeloom
