#include "layers/builder.h"

namespace spikeloom {
namespace {

void build_scale(LayerBuilder& l) {
  const auto shape = l.input();
  const auto scale =
      l.values("scale", {.doc = "factor: a number, or a tensor that broadcasts to the sample"}, shape);
  l.elementwise("input * scale", {{"scale", scale}});
}

}  // namespace

LayerKind scale_layer() {
  return {.name = "scale", .doc = "multiplies every value by a factor", .build = build_scale};
}

}  // namespace spikeloom
