// How strong and how late the synapses of a sparse layer are: the values of "weight" and "delay".
#pragma once

#include "layers/builder.h"

namespace spikeloom {

/// Weights; `given` absent: nothing. Of a list, `n` is its length, else 0.
bool read_weights(LayerBuilder& l, json::Value given, Synapses& synapses);
/// Delays in steps or ms, and their bounds.
bool read_delays(LayerBuilder& l, json::Value steps, json::Value ms, Synapses& synapses);

}  // namespace spikeloom
