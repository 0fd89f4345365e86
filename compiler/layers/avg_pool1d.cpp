#include "layers/sliding.h"

namespace spikeloom {
namespace {

// PyTorch's AvgPool1d: avg_pool2d with one row.
void build_avg_pool1d(LayerBuilder& l) {
  build_pool(l, Pool::How::average, 1);
}

}  // namespace

LayerKind avg_pool1d_layer() {
  return {.name = "avg_pool1d", .doc = "the average of each window of positions", .build = build_avg_pool1d};
}

}  // namespace spikeloom
