// A NIR file, imported and run.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "arrays/array.h"
#include "network.h"
#include "nir/options.h"

namespace spikeloom::conformance {

/// As the command reads it. Throws std::runtime_error with every problem.
tool::Network import(const std::filesystem::path& file, const nir::Options& options);

/// The signal of a node of the NIR file ("net/lif") by the name of a state ("" for what it gives).
Signal signal_of(const Model& model, const std::string& path, const std::string& state);

/// [steps][n] of each signal for one sample, by the reference.
std::vector<std::vector<float>> play(const Model& model, const std::vector<Signal>& signals,
                                     const Tensor& input, std::uint64_t steps);
/// The same by compiled code for vectors of so many lanes; nothing in a build without it.
std::vector<std::vector<float>> play_compiled(const Model& model, const std::vector<Signal>& signals,
                                              const Tensor& input, std::uint64_t steps, unsigned lanes);

}  // namespace spikeloom::conformance
