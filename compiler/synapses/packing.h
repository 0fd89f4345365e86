// How synapses lie in memory when a network runs, and what that takes: known before it is taken.
//
// Targets are cut into partitions, so that what their sums are added up in stays in the first-level cache and
// a target's number in its partition is short. A *row* is what one source does to one partition after one
// delay, in the order of the list. Rows lie by source, then by delay (the longest first), then by partition:
// what a spike touches is one run of memory, though each partition comes for its own part of it.
#pragma once

#include <cstdint>
#include <vector>

#include "synapses/synapses.h"

namespace spikeloom {

/// Targets of a partition: their sums fill the first-level cache.
inline constexpr std::uint32_t kPartitionTargets = 8192;

struct SynapsePacking {
  std::uint64_t synapses = 0, sources = 0;
  std::uint32_t partitions = 0;
  std::uint32_t index_bytes = 0;      // of a target's number: 1 or 2
  bool weights = false;               // one for each synapse; else one for all
  std::vector<std::uint32_t> delays;  // steps beyond the shortest, descending

  std::uint64_t rows() const { return std::uint64_t{partitions} * delays.size() * sources; }
  std::uint64_t row_starts() const { return rows() + 1; }
  std::uint64_t bytes() const { return row_starts() * 4 + synapses * (index_bytes + (weights ? 4u : 0u)); }
};

SynapsePacking packing_of(const Synapses& synapses);

}  // namespace spikeloom
