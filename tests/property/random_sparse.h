// Random sparse layers, in every form in which synapses can be given.
#pragma once

#include <nlohmann/json.hpp>

#include "property/dice.h"

namespace spikeloom::property {

/// A node without its `from`; [out, in] as asked.
nlohmann::ordered_json random_sparse(Dice& dice, std::size_t in, std::size_t out);

}  // namespace spikeloom::property
