// Shapes of what nodes take and give, as far as the file says.
#pragma once

#include "nir/network.h"

namespace spikeloom::nir {

struct NodeShapes {
  std::optional<Shape> input, output;  // of one sample
};

/// An Input or Output's shape, also of a nested graph.
Shape declared_shape(const Node& node);

/// What a node of this kind makes of a sample; nothing if the sample does not fit or is needed and not known.
std::optional<Shape> output_of(const Node& node, const std::optional<Shape>& input);

/// Every node's, by what its parameters say and then by what reaches it.
std::vector<NodeShapes> infer_shapes(const Network& network);

}  // namespace spikeloom::nir
