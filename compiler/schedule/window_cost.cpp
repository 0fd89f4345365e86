#include "schedule/window_cost.h"

#include <algorithm>

#include "schedule/list_cost.h"

namespace spikeloom {
namespace {

constexpr double kVector = 16;
// Measured as the rates of cost.h were: 16 sums are begun, pooled and turned into rows of channels; an event
// finds the places that see it; a synapse is added to its target.
constexpr double kSumsNs = 1.6, kEventNs = 12, kSynapseNs = 1.0;

Cost largest(double ns, std::initializer_list<Cost> parts) {
  return {ns, std::max(parts, [](Cost a, Cost b) { return a.ns < b.ns; }).bound};
}

}  // namespace

double window_crossing(const MachineCosts& costs) {
  // Sums that lie in memory are added to at half the rate of sums in registers.
  return costs.adds_per_ns / 2 / costs.fma_per_ns;
}

Cost window_cost(const MachineCosts& costs, const WindowShape& shape, double density, bool dense) {
  const double p = std::clamp(density, 0.0, 1.0), in = static_cast<double>(shape.inputs),
               sums = static_cast<double>(shape.sums);
  const double operations = static_cast<double>(shape.fan_in) * sums;
  const Cost lists = {list_ns(in, shape.bits, p) + (dense && shape.bits ? in * kFloatNsPerBit : 0),
                      Bound::lists};
  const Cost arithmetic =
      dense ? Cost{operations / costs.fma_per_ns, Bound::multiply_adds}
            : Cost{p * operations / (costs.adds_per_ns / 2) + p * in * kEventNs, Bound::additions};
  const Cost passes = {sums / kVector * kSumsNs, level_of(costs, sums * sizeof(float))};
  return largest(lists.ns + arithmetic.ns + passes.ns, {lists, arithmetic, passes});
}

Cost synapses_cost(const MachineCosts& costs, const SynapsesShape& shape, double density) {
  const double p = std::clamp(density, 0.0, 1.0), in = static_cast<double>(shape.sources);
  const Cost lists = {list_ns(in, shape.bits, p), Bound::lists};
  const Cost sums = {static_cast<double>(shape.targets) / costs.adds_per_ns, Bound::additions};
  const Cost additions = {p * static_cast<double>(shape.synapses) * kSynapseNs, Bound::additions};
  const double bytes = static_cast<double>(shape.bytes);
  const Bound level = level_of(costs, bytes);
  const MemoryLevel& from = level == Bound::l1   ? costs.l1
                            : level == Bound::l2 ? costs.l2
                            : level == Bound::l3 ? costs.l3
                                                 : costs.memory;
  const Cost reads = {p * bytes / from.rows_gbs, level};
  const Cost slower = reads.ns > additions.ns ? reads : additions;
  return largest(lists.ns + sums.ns + slower.ns, {lists, sums, slower});
}

}  // namespace spikeloom
