#include "layers/builder.h"

namespace spikeloom {
namespace {

void build_add(LayerBuilder& l) {
  l.chain('+');
}

}  // namespace

LayerKind add_layer() {
  return {.name = "add",
          .doc = "the sum of operands of equal shape, left to right",
          .operands = true,
          .build = build_add};
}

}  // namespace spikeloom
