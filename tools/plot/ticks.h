// Where an axis has ticks and how their numbers are written.
#pragma once

#include <string>
#include <vector>

namespace spikeloom::plot {

struct Tick {
  double value = 0;
  std::string label;
};

/// About `wanted` ticks at multiples of 1, 2 or 5 times a power of ten within [low, high]. With `whole`, at
/// whole numbers only. Empty if the range is not finite or not ascending.
std::vector<Tick> nice_ticks(double low, double high, int wanted, bool whole);

/// A count with its thousands set apart: "12 500".
std::string grouped(double whole_number);

/// A range that holds both values with `margin` of it free at each end, also when they are equal.
struct Range {
  double low = 0, high = 1;
};
Range padded(double low, double high, double margin);

}  // namespace spikeloom::plot
