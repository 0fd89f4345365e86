#include "schedule/cost.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "schedule/list_cost.h"

namespace spikeloom {
namespace {

constexpr double kVector = 16;          // outputs are padded to it
constexpr double kDenseRows = 6;        // rows of input that share a weight in registers
constexpr double kEventsInFlight = 64;  // that a core looks ahead, about

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

/// A matrix, and how it passes.
struct Sizes {
  explicit Sizes(const DriveShape& shape)
      : in(static_cast<double>(shape.fan_in)),
        lanes(padded(shape.out)),
        rows(static_cast<double>(std::max<std::uint64_t>(shape.rows, 1))),
        panel(std::min(lanes, static_cast<double>(std::max<std::uint64_t>(shape.panel, 16)))) {}
  double in, lanes, rows, panel;
  double bytes() const { return in * lanes * sizeof(float); }
};

struct Arithmetic {
  double ns;
  Bound bound;
};
/// One row of input through all panels: a panel takes no less than the chain of its sums.
Arithmetic through_panels(const Sizes& sizes, double rows_at_once, double per_ns, double chain_ns,
                          Bound rate_bound) {
  const double full = std::floor(sizes.lanes / sizes.panel), rest = sizes.lanes - full * sizes.panel;
  const auto panel = [&](double width) { return std::max(width * rows_at_once / per_ns, chain_ns); };
  const double ns = (full * panel(sizes.panel) + (rest > 0 ? panel(rest) : 0)) / rows_at_once;
  return {ns, ns > sizes.lanes / per_ns * 1.25 ? Bound::chain : rate_bound};
}

double list_ns(const DriveShape& shape, double density) {
  return spikeloom::list_ns(static_cast<double>(shape.fan_in), shape.bits, density);
}

Cost with_list(Cost sums, double list) {
  return {sums.ns + list, list > sums.ns ? Bound::lists : sums.bound};
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
      return "preparing the input";
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

static Cost event_sums(const MachineCosts& costs, const DriveShape& shape, double p) {
  const Sizes sizes(shape);
  const double events = p * sizes.in;
  // Short lists of several steps are in flight together: their chains do not wait for each other.
  const double chains = std::clamp(kEventsInFlight / std::max(events, 1.0), 1.0, std::min(sizes.rows, 8.0));
  const auto [per_event, arithmetic_bound] =
      through_panels(sizes, 1, costs.adds_per_ns, costs.chain_ns / chains, Bound::additions);
  const Cost arithmetic = {events * per_event, arithmetic_bound};

  // Rows that any step of the block needs come once from where all weights live, and are then near.
  const double touched = sizes.in * (1 - std::pow(1 - p, sizes.rows)) / sizes.rows;
  const double near = touched * sizes.rows * sizes.panel * sizeof(float);
  const double row_bytes = sizes.lanes * sizeof(float);
  double first = touched * row_bytes * ns_per_byte(costs, sizes.bytes(), &MemoryLevel::rows_gbs);
  if (std::isfinite(near_events(costs, shape)))
    first = std::min(
        first, sizes.bytes() / sizes.rows * ns_per_byte(costs, sizes.bytes(), &MemoryLevel::stream_gbs));
  const double again =
      std::max(0.0, events - touched) * row_bytes * ns_per_byte(costs, near, &MemoryLevel::rows_gbs);
  const Cost reads = {first + again, level_of(costs, first > again ? sizes.bytes() : near)};

  return larger(arithmetic, reads);
}

static Cost dense_sums(const MachineCosts& costs, const DriveShape& shape) {
  const Sizes sizes(shape);
  const double together = std::min(sizes.rows, kDenseRows);
  const auto [per_input, arithmetic_bound] =
      through_panels(sizes, together, costs.fma_per_ns, costs.chain_ns, Bound::multiply_adds);
  const Cost arithmetic = {sizes.in * per_input, arithmetic_bound};

  // Once a block all weights come from where they live, which prefetching hides behind the arithmetic of
  // earlier ones; then a panel passes once for every few rows of input.
  const double near = sizes.in * sizes.panel * sizeof(float);
  const double first =
      sizes.bytes() / sizes.rows * ns_per_byte(costs, sizes.bytes(), &MemoryLevel::stream_gbs);
  const double again = sizes.bytes() * std::max(0.0, 1 / together - 1 / sizes.rows) *
                       ns_per_byte(costs, near, &MemoryLevel::stream_gbs);
  Cost sums = larger(arithmetic, {first + again, level_of(costs, first > again ? sizes.bytes() : near)});
  const double floats = shape.bits ? sizes.in * kFloatNsPerBit : 0;
  return with_list(sums, floats);
}

Cost event_cost(const MachineCosts& costs, const DriveShape& shape, double density) {
  const double p = std::clamp(density, 0.0, 1.0);
  return with_list(event_sums(costs, shape, p), list_ns(shape, p));
}

Cost dense_cost(const MachineCosts& costs, const DriveShape& shape, double density) {
  return with_list(dense_sums(costs, shape), list_ns(shape, std::clamp(density, 0.0, 1.0)));
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

double near_events(const MachineCosts& costs, const DriveShape& shape) {
  const double bytes = Sizes(shape).bytes();
  const MemoryLevel& from = bytes <= costs.l3.bytes ? costs.l3 : costs.memory;
  const double in_any_order = from.rows_gbs / from.stream_gbs;
  if (bytes <= costs.l2.bytes || in_any_order >= 1) return std::numeric_limits<double>::infinity();
  // So many events leave a share exp(-events) of the rows untouched.
  return -std::log(1 - in_any_order);
}

double crossover_density(const MachineCosts& costs, const DriveShape& shape) {
  // Lists are made in either case. Without them events cost nothing at density 0 and more with every one.
  const double dense = dense_sums(costs, shape).ns;
  if (shape.fan_in == 0 || event_sums(costs, shape, 1).ns <= dense) return 1;
  double low = 0, high = 1;
  for (int halving = 0; halving < 40; ++halving) {
    const double middle = (low + high) / 2;
    (event_sums(costs, shape, middle).ns <= dense ? low : high) = middle;
  }
  return high;
}

}  // namespace spikeloom
