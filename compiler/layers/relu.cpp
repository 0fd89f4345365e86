#include "layers/builder.h"

namespace spikeloom {
namespace {

void build_relu(LayerBuilder& l) {
  l.input();
  l.elementwise("max(input, 0)");
}

}  // namespace

LayerKind relu_layer() {
  return {.name = "relu", .doc = "negative values become 0", .build = build_relu};
}

}  // namespace spikeloom
