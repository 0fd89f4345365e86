// Synapses of sparse layers as their kernels read them.
#pragma once

#include <cstdint>

#include "schedule/constants.h"
#include "synapses/packing.h"

namespace spikeloom {

struct PackedSynapses {
  SynapsePacking packing;
  std::uint32_t starts = 0, targets = 0, weights = 0;  // buffers
};

/// The synapses by source, delay and partition.
PackedSynapses pack(const Synapses& synapses, ConstantPool& pool);

/// What pack() takes.
std::uint64_t packed_bytes(const Synapses& synapses);

}  // namespace spikeloom
