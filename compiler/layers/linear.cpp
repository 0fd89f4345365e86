#include "layers/builder.h"

namespace spikeloom {
namespace {

// y[out] = fma(weight[out, in], x[in], ...) in ascending `in` from bias[out]; PyTorch's Linear.
void build_linear(LayerBuilder& l) {
  l.foreign("in_features", "weight");
  l.foreign("out_features", "weight");
  l.foreign("weights", "weight");
  l.foreign("biases", "bias");
  const Axis out = l.axis("out"), in = l.axis("in");
  const auto weight = l.weights("weight", {.doc = "synaptic weights, [out, in]"}, {out, in});
  const auto bias = l.weights("bias", {.doc = "added to every output, [out]", .optional = true}, {out});
  l.input({in});
  l.linear({out}, weight, bias);
}

}  // namespace

LayerKind linear_layer() {
  return {.name = "linear",
          .doc = "every output is a weighted sum of all inputs, plus a bias",
          .build = build_linear};
}

}  // namespace spikeloom
