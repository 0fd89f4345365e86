// Which neuron a pixel of a camera is.
#pragma once

#include "data/events.h"

namespace spikeloom::data {

/// Row-major [channel, y, x], as tonic's ToFrame and PyTorch's convolutions have it.
class Pixels {
 public:
  Pixels(Sensor sensor, Polarity polarity) : sensor_(sensor), polarity_(polarity) {}
  Shape shape() const {
    return {polarity_ == Polarity::separate ? std::size_t{2} : 1, sensor_.height, sensor_.width};
  }
  bool holds(std::uint32_t x, std::uint32_t y) const { return x < sensor_.width && y < sensor_.height; }
  bool takes(bool is_on) const {
    return polarity_ == Polarity::on ? is_on : polarity_ == Polarity::off ? !is_on : true;
  }
  std::uint32_t neuron(std::uint32_t x, std::uint32_t y, bool is_on) const {
    const std::uint32_t channel = polarity_ == Polarity::separate && is_on ? 1 : 0;
    return (channel * sensor_.height + y) * sensor_.width + x;
  }
  /// "there is no pixel (240, 7)"
  Error outside(const std::string& file, std::uint64_t event, std::uint32_t x, std::uint32_t y) const;

 private:
  Sensor sensor_;
  Polarity polarity_;
};

/// The sensor a file states, or the one that was asked for; an error where they differ.
Result<Sensor> sensor_of(const std::string& file, std::optional<Sensor> stated, const EventOptions& options);

/// `given` is WIDTHxHEIGHT, as in --sensor 128x128.
std::optional<Sensor> parse_sensor(std::string_view given);

}  // namespace spikeloom::data
