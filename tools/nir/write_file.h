// A network as the bytes of a NIR file.
#pragma once

#include <string>

#include "nir/network.h"

namespace spikeloom::nir {

/// Contiguous arrays without filters, which every version of NIR and every reader takes; weights and biases
/// as float32, parameters of neurons as float64.
std::string file_of(const Network& network);

/// Nodes that a file of ours can hold.
inline constexpr std::size_t kMostNodesWritten = 4000;

}  // namespace spikeloom::nir
