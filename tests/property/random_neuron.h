// A random neuron model in the form of graphs/neurons/*.json.
#pragma once

#include <nlohmann/json.hpp>

#include "property/dice.h"

namespace spikeloom::property {

/// Legal in most cases; what the checker refuses (an unused name, a constant that overflows) is drawn again
/// by the caller.
nlohmann::ordered_json random_neuron(Dice& dice);

}  // namespace spikeloom::property
