#include "layers/sliding.h"

namespace spikeloom {
namespace {

// PyTorch's MaxPool1d: max_pool2d with one row.
void build_max_pool1d(LayerBuilder& l) {
  build_pool(l, Pool::How::largest, 1);
}

}  // namespace

LayerKind max_pool1d_layer() {
  return {.name = "max_pool1d",
          .doc = "the largest value of each window of positions; spikes stay spikes",
          .build = build_max_pool1d};
}

}  // namespace spikeloom
