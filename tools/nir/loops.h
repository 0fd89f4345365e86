// Which edges of a loop are late by a step.
#pragma once

#include "nir/network.h"
#include "nir/options.h"

namespace spikeloom::nir {

/// Sets Edge::delay so that every cycle has one. A back edge is one on a cycle that does not lead further
/// from the Inputs, by breadth-first depth; LoopCut::weight delays it, LoopCut::spike the output of the node
/// with a state that feeds it. Returns the depth of every node. `loops` receives a line for each edge that
/// was cut: "'w' -> 'lif'".
std::vector<std::size_t> cut_loops(Network& network, LoopCut cut, std::vector<std::string>& loops,
                                   Report& report);

}  // namespace spikeloom::nir
