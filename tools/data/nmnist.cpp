#include "data/camera.h"
#include "data/pixels.h"
#include "data/records.h"

namespace spikeloom::data {
namespace {

constexpr std::size_t kPixelEvent = 5;
constexpr unsigned char kOverflowRow = 240;
constexpr double kOverflowUs = 8192;

}  // namespace

Result<Events> read_nmnist(const Bytes& bytes, const EventOptions& options) {
  TRY_VOID(check_single_sample(bytes.name, options));
  if (bytes.size % kPixelEvent != 0)
    return file_error(bytes.name, "this is not an N-MNIST file", "whole records of 5 bytes",
                      std::to_string(bytes.size) + " bytes");
  const std::uint64_t count = bytes.size / kPixelEvent;
  TRY_VOID(check_event_count(bytes.name, count, options));
  TRY(const Sensor sensor, options.sensor ? Result<Sensor>(*options.sensor) : Result<Sensor>(Sensor{34, 34}));
  const Pixels pixels(sensor, options.polarity);
  Events events;
  events.name = bytes.name;
  events.format = "N-MNIST";
  events.unit = TimeUnit::us;
  events.shape = pixels.shape();
  events.events.reserve(count);
  double later = 0;
  TRY_VOID(visit_records(
      bytes, 0, count, kPixelEvent, [&](std::uint64_t i, const unsigned char* b) -> Result<void> {
        if (b[1] == kOverflowRow) {
          later += kOverflowUs;
          return {};
        }
        if (!pixels.holds(b[0], b[1])) return pixels.outside(bytes.name, i, b[0], b[1]);
        const bool is_on = (b[2] & 0x80) != 0;
        const std::uint32_t us = (std::uint32_t{b[2]} & 0x7f) << 16 | std::uint32_t{b[3]} << 8 | b[4];
        if (pixels.takes(is_on)) events.events.push_back({us + later, pixels.neuron(b[0], b[1], is_on), 1});
        return {};
      }));
  events.end_sample();
  return events;
}

}  // namespace spikeloom::data
