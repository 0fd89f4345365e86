#include "synapses/packing.h"

#include <algorithm>
#include <functional>

namespace spikeloom {
namespace {

/// All delays that occur, or may be drawn, beyond the shortest.
std::vector<std::uint32_t> delays_of(const Synapses& s) {
  std::vector<std::uint32_t> delays;
  if (s.delay.how == SynapseValues::How::each) {
    for (const float x : s.delay.values)
      delays.push_back(whole_steps(static_cast<double>(x) / s.step_length) - s.least_delay);
  } else {
    for (std::uint32_t d = s.least_delay; d <= s.longest_delay; ++d) delays.push_back(d - s.least_delay);
  }
  std::ranges::sort(delays, std::greater{});
  delays.erase(std::ranges::unique(delays).begin(), delays.end());
  return delays;
}

}  // namespace

SynapsePacking packing_of(const Synapses& s) {
  SynapsePacking p;
  p.synapses = s.count;
  p.sources = s.in;
  p.partitions = static_cast<std::uint32_t>((s.out + kPartitionTargets - 1) / kPartitionTargets);
  p.index_bytes = s.out <= 256 ? 1 : 2;
  p.weights = !s.uniform_weight();
  p.delays = delays_of(s);
  return p;
}

}  // namespace spikeloom
