#include "layers/sliding.h"

namespace spikeloom {
namespace {

// y[out, row, column] = fma(weight, x, ...) over input channel, kernel row, kernel column from the bias;
// padding is skipped. PyTorch's Conv2d: cross-correlation, size floor((n + 2p - d(k - 1) - 1) / s) + 1.
void build_conv2d(LayerBuilder& l) {
  build_convolution(l, 2);
}

}  // namespace

LayerKind conv2d_layer() {
  return {.name = "conv2d", .doc = "a window of weights slides over rows and columns", .build = build_conv2d};
}

}  // namespace spikeloom
