#include "data/pixels.h"

#include <charconv>

namespace spikeloom::data {
namespace {

constexpr std::uint32_t kMostSide = 1u << 14;  // the widest field of the formats has 15 bits

std::string words(Sensor sensor) {
  return std::to_string(sensor.width) + "x" + std::to_string(sensor.height);
}

}  // namespace

Error Pixels::outside(const std::string& file, std::uint64_t event, std::uint32_t x, std::uint32_t y) const {
  return file_error(file, "event " + std::to_string(event) + " lies outside the sensor",
                    "pixels of a sensor of " + words(sensor_),
                    "x " + std::to_string(x) + ", y " + std::to_string(y),
                    "--sensor WIDTHxHEIGHT names another one");
}

Result<Sensor> sensor_of(const std::string& file, std::optional<Sensor> stated, const EventOptions& options) {
  if (stated &&
      (stated->width == 0 || stated->height == 0 || stated->width > kMostSide || stated->height > kMostSide))
    return file_error(file, "the sensor is out of range", "1 to " + std::to_string(kMostSide) + " a side",
                      words(*stated));
  if (stated && options.sensor &&
      (stated->width != options.sensor->width || stated->height != options.sensor->height))
    return file_error(file, "the file is of another sensor", "--sensor " + words(*stated),
                      words(*options.sensor));
  if (options.sensor) return *options.sensor;
  if (stated) return *stated;
  return file_error(file, "the file does not say how large its sensor is", {}, {},
                    "--sensor WIDTHxHEIGHT, such as --sensor 128x128");
}

std::optional<Sensor> parse_sensor(std::string_view given) {
  const auto cross = given.find('x');
  if (cross == std::string_view::npos) return std::nullopt;
  const auto side = [](std::string_view text) {
    std::uint32_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    return problem == std::errc() && end == text.data() + text.size() && value <= kMostSide ? value : 0;
  };
  const Sensor sensor{side(given.substr(0, cross)), side(given.substr(cross + 1))};
  if (sensor.width == 0 || sensor.height == 0) return std::nullopt;
  return sensor;
}

}  // namespace spikeloom::data
