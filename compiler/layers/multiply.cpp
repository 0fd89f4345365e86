#include "layers/builder.h"

namespace spikeloom {
namespace {

void build_multiply(LayerBuilder& l) {
  l.chain('*');
}

}  // namespace

LayerKind multiply_layer() {
  return {.name = "multiply",
          .doc = "the product of operands of equal shape, left to right",
          .operands = true,
          .build = build_multiply};
}

}  // namespace spikeloom
