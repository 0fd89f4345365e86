#include "plot/time_axis.h"

#include <algorithm>

namespace spikeloom::plot {

Axis TimeAxis::axis() const {
  const double first = static_cast<double>(first_step);
  Axis axis;
  axis.label = dt_ms ? "time (ms)" : "step";
  axis.low = at(first - 0.5);
  axis.high = at(first + static_cast<double>(std::max<std::uint64_t>(steps, 1)) - 0.5);
  axis.whole = !dt_ms;
  return axis;
}

}  // namespace spikeloom::plot
