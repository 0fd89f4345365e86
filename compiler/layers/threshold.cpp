#include "layers/builder.h"

namespace spikeloom {
namespace {

// A condition as expression: the output is spikes.
void build_threshold(LayerBuilder& l) {
  const auto shape = l.input();
  const auto threshold = l.values(
      "threshold",
      {.doc = "a number, or a tensor that broadcasts to the sample; a value above it is a spike"}, shape);
  l.elementwise("input > threshold", {{"threshold", threshold}});
}

}  // namespace

LayerKind threshold_layer() {
  return {
      .name = "threshold", .doc = "a spike where a value is above the threshold", .build = build_threshold};
}

}  // namespace spikeloom
