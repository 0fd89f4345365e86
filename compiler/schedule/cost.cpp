#include "schedule/cost.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>

namespace spikeloom {
namespace {

constexpr double kPanel = 64;              // outputs of a panel of weights
constexpr double kVector = 16;             // outputs are padded to it
constexpr double kDenseRows = 6;           // rows of input that share a weight in registers
constexpr double kListNsPerInput = 0.064;  // 784 inputs to a list in 0.05 us, on the machine of the defaults

double padded(std::uint64_t out) {
  return std::ceil(static_cast<double>(std::max<std::uint64_t>(out, 1)) / kVector) * kVector;
}

/// ns to read a byte of data of that size again: each level gives the share of it that it holds.
double ns_per_byte(const MachineCosts& c, double size, double MemoryLevel::* rate) {
  double held = 0, ns = 0;
  for (const MemoryLevel* level : {&c.l1, &c.l2, &c.l3}) {
    const double holds = size <= level->bytes ? 1 : level->bytes / size;
    if (holds <= held) continue;
    ns += (holds - held) / (level->*rate);
    held = holds;
  }
  return ns + (1 - held) / (c.memory.*rate);
}

/// ns of one row of input through panels of 64 outputs: a panel takes no less than the chain of its sums.
struct Arithmetic {
  double ns;
  Bound bound;
};
Arithmetic through_panels(double lanes, double rows_at_once, double per_ns, double chain_ns,
                          Bound rate_bound) {
  const double full = std::floor(lanes / kPanel), rest = lanes - full * kPanel;
  const auto panel = [&](double width) { return std::max(width * rows_at_once / per_ns, chain_ns); };
  const double ns = (full * panel(kPanel) + (rest > 0 ? panel(rest) : 0)) / rows_at_once;
  return {ns, ns > lanes / per_ns * 1.25 ? Bound::chain : rate_bound};
}

Cost larger(Cost a, Cost b) {
  return b.ns > a.ns ? b : a;
}

}  // namespace

const char* words(Bound bound) {
  switch (bound) {
    case Bound::additions:
      return "row additions";
    case Bound::chain:
      return "additions that wait for each other";
    case Bound::multiply_adds:
      return "multiply-adds";
    case Bound::l1:
      return "reads from L1";
    case Bound::l2:
      return "reads from L2";
    case Bound::l3:
      return "reads from L3";
    case Bound::memory:
      return "reads from memory";
    case Bound::update:
      return "neuron equations";
    case Bound::lists:
      return "event lists";
  }
  return "";
}

Bound level_of(const MachineCosts& costs, double bytes) {
  return bytes <= costs.l1.bytes   ? Bound::l1
         : bytes <= costs.l2.bytes ? Bound::l2
         : bytes <= costs.l3.bytes ? Bound::l3
                                   : Bound::memory;
}

bool is_plausible(const MachineCosts& c) {
  const auto within = [](double x, double low, double high) { return x >= low && x <= high; };  // NaN is not
  double smaller = 1024;
  for (const MemoryLevel* level : {&c.l1, &c.l2, &c.l3}) {
    if (!within(level->bytes, smaller, 1e12)) return false;
    smaller = level->bytes;
  }
  for (const MemoryLevel* level : {&c.l1, &c.l2, &c.l3, &c.memory})
    if (!within(level->stream_gbs, 0.01, 1e5) || !within(level->rows_gbs, 0.01, 1e5)) return false;
  return within(c.adds_per_ns, 0.01, 1e5) && within(c.fma_per_ns, 0.01, 1e5) && within(c.chain_ns, 0.01, 100);
}

Cost event_cost(const MachineCosts& costs, const DriveShape& shape, double density) {
  const double in = static_cast<double>(shape.fan_in), lanes = padded(shape.out);
  const double rows = static_cast<double>(std::max<std::uint64_t>(shape.rows, 1));
  const double p = std::clamp(density, 0.0, 1.0);
  const double events = p * in;
  const auto [per_event, arithmetic_bound] =
      through_panels(lanes, 1, costs.adds_per_ns, costs.chain_ns, Bound::additions);
  const Cost arithmetic = {events * per_event, arithmetic_bound};

  // Rows that any step of the block needs come once from where all weights live, and are then near.
  const double touched = in * (1 - std::pow(1 - p, rows)) / rows;
  const double all = in * lanes * sizeof(float), near = touched * rows * kPanel * sizeof(float);
  const double row_bytes = lanes * sizeof(float);
  const double first = touched * row_bytes * ns_per_byte(costs, all, &MemoryLevel::rows_gbs);
  const double again =
      std::max(0.0, events - touched) * row_bytes * ns_per_byte(costs, near, &MemoryLevel::rows_gbs);
  const Cost reads = {first + again, level_of(costs, first > again ? all : near)};

  const double lists = in * kListNsPerInput;
  Cost cost = larger(arithmetic, reads);
  if (lists > cost.ns) cost.bound = Bound::lists;
  cost.ns += lists;
  return cost;
}

Cost dense_cost(const MachineCosts& costs, const DriveShape& shape) {
  const double in = static_cast<double>(shape.fan_in), lanes = padded(shape.out);
  const double rows = static_cast<double>(std::max<std::uint64_t>(shape.rows, 1));
  const double together = std::min(rows, kDenseRows);
  const auto [per_input, arithmetic_bound] =
      through_panels(lanes, together, costs.fma_per_ns, costs.chain_ns, Bound::multiply_adds);
  const Cost arithmetic = {in * per_input, arithmetic_bound};

  // Once a block all weights come from where they live, which prefetching hides behind the arithmetic of
  // earlier ones; then a panel passes once for every few rows of input.
  const double all = in * lanes * sizeof(float), near = in * kPanel * sizeof(float);
  const double first = all / rows * ns_per_byte(costs, all, &MemoryLevel::stream_gbs);
  const double again =
      all * std::max(0.0, 1 / together - 1 / rows) * ns_per_byte(costs, near, &MemoryLevel::stream_gbs);
  return larger(arithmetic, {first + again, level_of(costs, first > again ? all : near)});
}

Cost update_cost(const MachineCosts& costs, std::uint64_t neurons, std::uint64_t operations,
                 std::uint64_t state_bytes, std::uint64_t steps) {
  const double n = padded(neurons);
  const double bytes = 2 * n * static_cast<double>(state_bytes);
  const Cost arithmetic = {n * static_cast<double>(operations) / costs.fma_per_ns, Bound::update};
  const Cost traffic = {bytes / static_cast<double>(std::max<std::uint64_t>(steps, 1)) *
                            ns_per_byte(costs, bytes / 2, &MemoryLevel::stream_gbs),
                        level_of(costs, bytes / 2)};
  return larger(arithmetic, traffic);
}

double crossover_density(const MachineCosts& costs, const DriveShape& shape) {
  const double dense = dense_cost(costs, shape).ns;
  // Without its list an event drive costs nothing at density 0, and more with every event: one crossing.
  // The list is made in either case, to know the density.
  const double lists = event_cost(costs, shape, 0).ns;
  const auto events = [&](double density) { return event_cost(costs, shape, density).ns - lists; };
  if (shape.fan_in == 0 || events(1) <= dense) return 1;
  double low = 0, high = 1;
  for (int halving = 0; halving < 40; ++halving) {
    const double middle = (low + high) / 2;
    (events(middle) <= dense ? low : high) = middle;
  }
  return high;
}

}  // namespace spikeloom
