#include "layers/sliding.h"

namespace spikeloom {
namespace {

// From +0 in the order of rows and columns.
void build_sum_pool2d(LayerBuilder& l) {
  build_pool(l, Pool::How::sum, 2);
}

}  // namespace

LayerKind sum_pool2d_layer() {
  return {.name = "sum_pool2d", .doc = "the sum of each window of a channel", .build = build_sum_pool2d};
}

}  // namespace spikeloom
