// Synapses of sparse layers as their kernels read them.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "schedule/constants.h"
#include "synapses/equal.h"
#include "synapses/packing.h"

namespace spikeloom {

struct PackedSynapses {
  SynapsePacking packing;
  std::uint32_t starts = 0, targets = 0, weights = 0;  // buffers
};

/// The synapses by source, delay and partition.
PackedSynapses pack(const Synapses& synapses, ConstantPool& pool);

/// Packs what is equal once, as every use of a module has it.
class SharedSynapses {
 public:
  /// `synapses` lives as long as this.
  PackedSynapses pack(const Synapses& synapses, ConstantPool& pool);

 private:
  std::unordered_map<const Synapses*, PackedSynapses, SynapsesHash, SynapsesEqual> known_;
};

/// What pack() takes.
std::uint64_t packed_bytes(const Synapses& synapses);

}  // namespace spikeloom
