// Runs a graph by each engine and gives back every asked signal of every step.
#pragma once

#include <string>
#include <vector>

#include "golden/convert.h"

namespace spikeloom::golden {

enum class Engine { reference, compiled };
const char* name_of(Engine engine);
std::vector<Engine> engines();  // of this build

/// One trace a record, [steps][batch][n]. Throws std::runtime_error with every diagnostic if the graph is
/// refused.
std::vector<std::vector<float>> play(const NetworkCase& network, Engine engine);

/// "" if the traces are what was recorded, else the first place where they are not.
std::string difference(const NetworkCase& network, const std::vector<std::vector<float>>& traces);

}  // namespace spikeloom::golden
