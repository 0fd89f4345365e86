// The JSON Schema (draft-07) of graph files, made from what layers and neuron models declare.
#pragma once

#include <string>

namespace spikeloom {

/// For editors: what the loader accepts the schema accepts; what the schema refuses the loader refuses.
std::string json_schema();

}  // namespace spikeloom
