#include "schedule/sparse.h"

#include <span>
#include <vector>

#include "support/check.h"

namespace spikeloom {
namespace {

constexpr std::uint64_t kPadding = 64;  // bytes behind the targets: kernels look ahead

/// Which row a synapse belongs to.
class Places {
 public:
  Places(const Synapses& s, const SynapsePacking& p)
      : least_(s.least_delay), delays_(p.delays.size()), partitions_(p.partitions) {
    group_.resize(p.delays.front() + 1);
    for (std::uint32_t k = 0; k < p.delays.size(); ++k) group_[p.delays[k]] = k;
  }
  std::uint64_t row(std::uint32_t target, std::uint32_t source, std::uint32_t delay) const {
    return (source * delays_ + group_[delay - least_]) * partitions_ + target / kPartitionTargets;
  }

 private:
  std::uint32_t least_;
  std::uint64_t delays_, partitions_;
  std::vector<std::uint32_t> group_;  // by delay beyond the shortest
};

/// Begins of all rows and, behind them, the end of the last one.
std::vector<std::uint32_t> count_rows(const Synapses& s, const SynapsePacking& p, const Places& places) {
  std::vector<std::uint32_t> starts(p.row_starts());
  s.for_each_batch([&](const Synapses::Batch& b) {
    for (std::size_t i = 0; i < b.target.size(); ++i)
      ++starts[places.row(b.target[i], b.source[i], b.delay[i])];
  });
  std::uint32_t begin = 0;
  for (std::uint32_t& n : starts) {
    const std::uint32_t count = n;
    n = begin;
    begin += count;
  }
  return starts;
}

}  // namespace

PackedSynapses SharedSynapses::pack(const Synapses& s, ConstantPool& pool) {
  const auto known = known_.find(&s);
  if (known != known_.end()) return known->second;
  return known_.emplace(&s, spikeloom::pack(s, pool)).first->second;
}

std::uint64_t packed_bytes(const Synapses& s) {
  // And what rounding to whole lines takes.
  return packing_of(s).bytes() + 2 * kPadding + 4 * s.longest_delay + 5 * 64;
}

PackedSynapses pack(const Synapses& s, ConstantPool& pool) {
  PackedSynapses packed;
  packed.packing = packing_of(s);
  const SynapsePacking& p = packed.packing;
  SPIKELOOM_CHECK(p.synapses < 0xffffffffu && p.row_starts() < 0xffffffffu, "schedule",
                  "a sparse layer is beyond 32 bits");
  const Places places(s, p);
  std::vector<std::uint32_t> next = count_rows(s, p, places);
  packed.starts = pool.words(next);
  packed.targets = pool.bytes(p.synapses * p.index_bytes + kPadding);
  packed.weights = p.weights ? pool.bytes(p.synapses * 4 + kPadding) : SPIKELOOM_NONE;
  unsigned char* targets = pool.data(packed.targets);
  float* weights = p.weights ? reinterpret_cast<float*>(pool.data(packed.weights)) : nullptr;

  s.for_each_batch([&](const Synapses::Batch& b) {
    for (std::size_t i = 0; i < b.target.size(); ++i) {
      const std::uint32_t at = next[places.row(b.target[i], b.source[i], b.delay[i])]++;
      const std::uint32_t local = b.target[i] % kPartitionTargets;
      if (p.index_bytes == 1)
        targets[at] = static_cast<unsigned char>(local);
      else
        reinterpret_cast<std::uint16_t*>(targets)[at] = static_cast<std::uint16_t>(local);
      if (weights) weights[at] = b.weight[i];
    }
  });
  if (!p.weights) {
    const auto weight = static_cast<float>(s.weight.a);
    packed.weights = pool.floats(std::span(&weight, 1), 1, weight);
  }
  return packed;
}

}  // namespace spikeloom
