// What a stage costs: time predicted from its sizes and from what a machine was measured to do. Pure
// functions; nothing here looks at the machine. Times are ns per sample and step, on one core.
#pragma once

#include <cstdint>

namespace spikeloom {

/// A cache, or memory behind it, as one core sees it.
struct MemoryLevel {
  double bytes;       // that a stage may count on; of the last level it means nothing
  double stream_gbs;  // GB/s read one address after the other
  double rows_gbs;    // GB/s read and added as rows of a weight panel (256 bytes) in any order
};

struct MachineCosts {
  // Until this machine was measured (`spikeloom doctor --calibrate`): one core of a two-core Zen 4 with
  // AVX-512, 1 MiB of L2 and 32 MiB of L3. Of shared levels and of L2 a part is left to other data.
  MemoryLevel l1 = {24.0 * 1024, 211, 200};
  MemoryLevel l2 = {768.0 * 1024, 115, 110};
  MemoryLevel l3 = {16.0 * 1024 * 1024, 90, 70};
  MemoryLevel memory = {0, 29, 8.5};
  double adds_per_ns = 50;  // float32, rows in L1 added to registers
  double fma_per_ns = 58;   // float32, operands in registers
  double chain_ns = 1.1;    // from an addition to the next that needs its result: sums have one order
  bool is_measured = false;
};

/// Everything in a range that some machine could have: what comes from a file is used only then.
bool is_plausible(const MachineCosts& costs);

/// What a prediction is limited by.
enum class Bound {
  additions,      // of float32 rows
  chain,          // of additions that wait for each other: too few neurons beside each other to hide it
  multiply_adds,  // of a dense matrix
  l1,             // reads from there, and so on
  l2,
  l3,
  memory,
  update,  // the neurons' equations
  lists    // making lists of events, writing bits as floats
};
const char* words(Bound bound);  // "row additions", "reads from L2"

struct Cost {
  double ns = 0;
  Bound bound = Bound::update;  // the largest part
};

/// The weights between an input and a stage, and how many rows of input (samples of a group x steps of a
/// block) pass a panel of weights while it is near.
struct DriveShape {
  std::uint64_t fan_in = 0, out = 0;
  std::uint64_t rows = 32;
  std::uint64_t panel = 64;  // outputs of a panel
  bool bits = true;          // the input is spikes; else floats
};

/// Adding the weights of active inputs; `density` is the share of inputs that are active in a step.
Cost event_cost(const MachineCosts& costs, const DriveShape& shape, double density);
/// The register-blocked matrix product. Events are listed before it is known that there are many.
Cost dense_cost(const MachineCosts& costs, const DriveShape& shape, double density = 1);
/// One step's equations of `neurons` neurons whose states (`state_bytes` of one neuron) are read and written
/// once a block of `steps`.
Cost update_cost(const MachineCosts& costs, std::uint64_t neurons, std::uint64_t operations,
                 std::uint64_t state_bytes, std::uint64_t steps);

/// The density from which on dense is faster than events, above 0; 1: events always win.
double crossover_density(const MachineCosts& costs, const DriveShape& shape);
inline double crossover_density(const MachineCosts& costs, std::uint64_t fan_in, std::uint64_t out,
                                std::uint64_t rows = 32) {
  return crossover_density(costs, {fan_in, out, rows});
}

/// Events of a block for each input from which on it is faster to read a panel of weights in order first,
/// which brings it near, than to fetch those rows from where all weights live that are needed; infinite where
/// these are near anyway.
double near_events(const MachineCosts& costs, const DriveShape& shape);

/// The level at which data of that size is found again.
Bound level_of(const MachineCosts& costs, double bytes);

}  // namespace spikeloom
