#include "layers/sliding.h"

namespace spikeloom {
namespace {

// PyTorch's Conv1d: conv2d with one row.
void build_conv1d(LayerBuilder& l) {
  build_convolution(l, 1);
}

}  // namespace

LayerKind conv1d_layer() {
  return {.name = "conv1d",
          .doc = "a window of weights slides over the positions of each channel",
          .build = build_conv1d};
}

}  // namespace spikeloom
