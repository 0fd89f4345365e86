// Any bytes as a Prophesee .dat, and what comes of it put into steps.
#include "data/bin.h"
#include "data/camera.h"
#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  const Bytes bytes = bytes_of({data, size}, "fuzz");
  data::EventOptions options;
  options.sensor = data::Sensor{128, 128};
  options.most_events = 1u << 16;
  options.samples.end = 1u << 10;
  auto events = data::read_dat(bytes, options);
  if (!events) {
    options.sensor.reset();
    options.samples.end.reset();
    events = data::read_dat(bytes, options);
  }
  if (!events) return 0;
  SPIKELOOM_CHECK(events->starts.back() == events->events.size(), "fuzz", "events of no sample");
  const auto binned = data::bin(*std::move(events), {.dt_ms = 1.0, .steps = 1000});
  if (binned)
    for (const data::Spike& spike : binned->spikes)
      SPIKELOOM_CHECK(spike.step < 1000, "fuzz", "a step too late");
  return 0;
}
