// The neuron files that ship, as text; graphs/CMakeLists.txt embeds every file of graphs/neurons.
#pragma once

#include <span>
#include <string_view>

namespace spikeloom {

struct NeuronFile {
  std::string_view name, text;
};

/// Sorted by name.
std::span<const NeuronFile> neuron_files();

}  // namespace spikeloom
