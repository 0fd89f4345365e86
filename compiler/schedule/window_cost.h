// What convolutions and layers of synapses cost, whose events add to sums in memory. Pure functions, as those
// of cost.h; times are ns per sample and step.
#pragma once

#include <cstdint>

#include "schedule/cost.h"

namespace spikeloom {

/// A convolution: elements of its input, weights of one output, outputs with their padding.
struct WindowShape {
  std::uint64_t inputs = 0, fan_in = 0, sums = 0;
  bool bits = true;  // the input is spikes; else floats
};

/// By events, or densely. Every sum is begun, and read once for what is made of it, whatever the input.
Cost window_cost(const MachineCosts& costs, const WindowShape& shape, double density, bool dense);

/// The density from which on dense is faster than events.
double window_crossing(const MachineCosts& costs);

/// A layer of single synapses: `bytes` of targets and weights in all.
struct SynapsesShape {
  std::uint64_t sources = 0, synapses = 0, targets = 0, bytes = 0;
  bool bits = true;
};
Cost synapses_cost(const MachineCosts& costs, const SynapsesShape& shape, double density);

}  // namespace spikeloom
