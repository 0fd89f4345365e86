// Synapses in words, for people.
#pragma once

#include <string>

#include "synapses/synapses.h"

namespace spikeloom {

std::string rule_words(const Synapses& synapses);    // "fixed_probability 0.02, seed 7, no self-connections"
std::string weight_words(const Synapses& synapses);  // "0.27, held once"; "normal, mean 1, std 0.1, seed 3"
std::string delay_words(const Synapses& synapses);   // "15 steps"; "1 to 16 steps, uniform, seed 3"

}  // namespace spikeloom
