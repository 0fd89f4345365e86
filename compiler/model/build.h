// Graph -> Model: types, shapes, references, cycles, parameters.
#pragma once

#include <optional>

#include "graph/graph.h"
#include "model/model.h"

namespace spikeloom {

struct ModelLimits {
  std::uint64_t elements = 1ull << 32;  // of all tensors and states of one sample
};

/// Problems of the file go to `report`; nothing if there was any error.
std::optional<Model> build_model(const Graph& graph, const ModelLimits& limits, Report& report);

/// SPIKELOOM_CHECKs what every later stage relies on: order, shapes, sizes, indices.
void verify(const Model& model);

}  // namespace spikeloom
