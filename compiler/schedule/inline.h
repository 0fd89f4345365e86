// Equations that are computed where their value is read: a normalisation, a gain or a sum in front of neurons
// is a few operations more of theirs, and its value never touches memory.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "schedule/fuse.h"

namespace spikeloom {

/// A population with what it computes for nodes that are inlined.
struct InlinedPopulation {
  Population population;  // cell, ports and fixed values of all; nothing else is filled in
  struct Value {
    std::uint32_t of;  // an inlined node
    NodeId value;      // in the population's cell
  };
  std::vector<Value> values;
};

/// Nothing if it takes no other node.
std::optional<InlinedPopulation> with_inlined(const Model& model, const SignalFacts& facts,
                                              const Fusion& fusion, const Population& population);

}  // namespace spikeloom
