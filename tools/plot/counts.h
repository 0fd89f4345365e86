// Spike counts of a population -> a bar panel over its neurons.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "plot/figure.h"

namespace spikeloom::plot {

/// Beyond a few hundred neurons a bar stands for several, with their mean count.
Panel counts_panel(const std::string& name, std::span<const std::uint64_t> counts);

}  // namespace spikeloom::plot
