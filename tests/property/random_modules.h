// A network written with modules: the same nodes, some of them moved into one.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "property/dice.h"

namespace spikeloom::property {

/// Moves some nodes (and uses of modules made before) into a module `name`, used as `name` + "-1": what they
/// read from outside becomes inputs, what is read of them outputs or paths, and at times a tensor is given by
/// name. With `twice` a second use reads the same; nobody reads it.
void move_into_module(Dice& dice, nlohmann::ordered_json& graph, const std::string& name, bool twice);

}  // namespace spikeloom::property
