#include "layers/sliding.h"

namespace spikeloom {
namespace {

// The sum as sum_pool2d has it, then one division.
void build_avg_pool2d(LayerBuilder& l) {
  build_pool(l, Pool::How::average, 2);
}

}  // namespace

LayerKind avg_pool2d_layer() {
  return {.name = "avg_pool2d", .doc = "the average of each window of a channel", .build = build_avg_pool2d};
}

}  // namespace spikeloom
