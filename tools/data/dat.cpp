#include <charconv>

#include "data/camera.h"
#include "data/pixels.h"
#include "data/records.h"
#include "support/text.h"

namespace spikeloom::data {
namespace {

constexpr std::size_t kDatEvent = 8;
constexpr unsigned char kEvent2d = 0, kEventCd = 12;

std::optional<std::uint32_t> whole(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// "% Width 640": 640. Nothing if there is no such line.
std::optional<std::string> value_of(const HeaderLines& header, std::string_view keyword) {
  const std::string start = "% " + std::string(keyword) + " ";
  for (const std::string& line : header.lines)
    if (line.starts_with(start)) return line.substr(start.size());
  return std::nullopt;
}

}  // namespace

Result<Events> read_dat(const Bytes& bytes, const EventOptions& options) {
  TRY_VOID(check_single_sample(bytes.name, options));
  TRY(const HeaderLines header, read_header_lines(bytes, '%'));
  if (header.lines.empty())
    return file_error(bytes.name, "this is not a Prophesee .dat file", "header lines that start with '%'");
  const std::string version = value_of(header, "Version").value_or("1");
  if (version != "1" && version != "2") {
    Error error = file_error(bytes.name, "a .dat file of another version", "version 1 or 2", version);
    error.diagnostics.front().kind = ErrorKind::unsupported;
    return error;
  }
  std::optional<Sensor> stated;
  const auto width = value_of(header, "Width"), height = value_of(header, "Height");
  if (width || height) {
    const auto w = whole(width.value_or("")), h = whole(height.value_or(""));
    if (!w || !h)
      return file_error(bytes.name, "the header does not say how large the sensor is",
                        "Width and Height, whole",
                        width.value_or("no width") + ", " + height.value_or("no height"));
    stated = Sensor{*w, *h};
  }
  TRY(const Sensor sensor, sensor_of(bytes.name, stated, options));
  unsigned char kind[2] = {};
  if (bytes.size < header.end + 2)
    return file_error(bytes.name, "the file ends before the type of its events");
  TRY_VOID(bytes.read(header.end, kind));
  if ((kind[0] != kEvent2d && kind[0] != kEventCd) || kind[1] != kDatEvent) {
    Error error = file_error(
        bytes.name, "events of a type that cannot be read", "type 0 or 12 (contrast detection), 8 bytes each",
        "type " + std::to_string(kind[0]) + ", " + std::to_string(kind[1]) + " bytes each");
    error.diagnostics.front().kind = ErrorKind::unsupported;
    return error;
  }
  const std::uint64_t start = header.end + 2, left = bytes.size - start;
  if (left % kDatEvent != 0)
    return file_error(bytes.name, "the file ends in the middle of an event", "whole events of 8 bytes",
                      std::to_string(left) + " bytes of events");
  TRY_VOID(check_event_count(bytes.name, left / kDatEvent, options));
  const Pixels pixels(sensor, options.polarity);
  Events events;
  events.name = bytes.name;
  events.format = "Prophesee .dat";
  events.unit = TimeUnit::us;
  events.shape = pixels.shape();
  events.events.reserve(left / kDatEvent);
  TRY_VOID(visit_records(
      bytes, start, left / kDatEvent, kDatEvent,
      [&](std::uint64_t i, const unsigned char* b) -> Result<void> {
        const std::uint32_t data = little32(b + 4), x = data & 0x3fff, y = data >> 14 & 0x3fff;
        if (!pixels.holds(x, y)) return pixels.outside(bytes.name, i, x, y);
        const bool is_on = data >> 28 != 0;
        if (pixels.takes(is_on))
          events.events.push_back({static_cast<double>(little32(b)), pixels.neuron(x, y, is_on), 1});
        return {};
      }));
  events.end_sample();
  return events;
}

}  // namespace spikeloom::data
