#include "layers/sliding.h"

namespace spikeloom {
namespace {

// m = x > m ? x : m from -infinity, in the order of rows and columns: a NaN is never the largest.
void build_max_pool2d(LayerBuilder& l) {
  build_pool(l, Pool::How::largest, 2);
}

}  // namespace

LayerKind max_pool2d_layer() {
  return {.name = "max_pool2d",
          .doc = "the largest value of each window of a channel; spikes stay spikes",
          .build = build_max_pool2d};
}

}  // namespace spikeloom
