#include "layers/builder.h"

namespace spikeloom {
namespace {

// Every element has its own delay; an edge that is late as a whole says so in `from`.
void build_delay(LayerBuilder& l) {
  const auto shape = l.input();
  const auto steps = l.values(
      "steps", {.doc = "delay in steps: a number, or a tensor that broadcasts to the sample"}, shape);
  l.delay(steps);
}

}  // namespace

LayerKind delay_layer() {
  return {.name = "delay",
          .doc = "every element as it was some steps ago; 0 before the start",
          .build = build_delay};
}

}  // namespace spikeloom
