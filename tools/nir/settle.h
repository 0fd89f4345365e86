// What the user and the framework decide, and what is left to assume.
#pragma once

#include "nir/network.h"
#include "nir/options.h"

namespace spikeloom::nir {

/// `assumed` receives a line for each thing that neither the file nor the user says.
Settled settle(const Options& options, const Network& network, std::vector<std::string>& assumed);

/// "0.1 ms", "1 s": a time in seconds.
std::string time_text(double seconds);

}  // namespace spikeloom::nir
