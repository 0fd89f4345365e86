// The words that "type" of a node may be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spikeloom {

/// Layers, then the neuron models that ship.
std::vector<std::string> node_type_names();

/// True for every name that a graph's own neuron may not take.
bool is_node_type_reserved(std::string_view name);

}  // namespace spikeloom
