// Facts about a Model: fan-in, cost, memory, cycles. Reads, never writes.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model.h"

namespace spikeloom {

struct NodeFacts {
  std::size_t fan_in = 0;          // weighted sources of one neuron (sparse: on average); 0 without weights
  std::uint64_t synapses = 0;      // weights of the whole node
  std::size_t operations = 0;      // of one element of a cell in one step
  std::uint64_t weight_bytes = 0;  // as float32, biases included; each node counts what it shares
  std::uint64_t parameter_bytes = 0;  // fixed values of a cell
  std::uint64_t state_bytes = 0;      // of one sample
  std::uint64_t history_bytes = 0;    // of one sample: what delayed readers and delay lines hold
  bool recurrent = false;             // its output comes back to it, over some delay
  bool constant = false;              // reads nothing that changes: the same values in every step
};

struct Facts {
  std::vector<NodeFacts> nodes;  // as in Model::nodes
  NodeFacts total;               // sums of synapses and bytes; weights that nodes share count once
};

Facts analyse(const Model& model);

/// Nodes that read each other in a cycle (delays included), each set in ascending order; single nodes only if
/// they read themselves.
std::vector<std::vector<std::uint32_t>> cycles(const Model& model);

}  // namespace spikeloom
