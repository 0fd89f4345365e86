// The time axis of a recording: steps, or milliseconds where the network has a dt.
#pragma once

#include <cstdint>
#include <optional>

#include "plot/figure.h"

namespace spikeloom::plot {

struct TimeAxis {
  std::uint64_t first_step = 0;
  std::uint64_t steps = 1;
  std::optional<double> dt_ms{};  // absent: the axis counts steps

  double at(double step) const { return step * dt_ms.value_or(1.0); }
  Axis axis() const;  // half a step free at both ends, so that the first and last spike stand clear
};

}  // namespace spikeloom::plot
