// The parts of a network that must run step by step: its cycles, delayed edges included.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model.h"

namespace spikeloom {

struct Component {
  std::vector<std::uint32_t> nodes;  // in the order of the model: undelayed sources before their readers
  bool cyclic = false;               // several nodes, or one that reads itself
};

/// The strongly connected components of the nodes, each after everything it reads from.
std::vector<Component> components(const Model& model);

}  // namespace spikeloom
