#include <cmath>

#include "layers/builder.h"

namespace spikeloom {
namespace {

/// Values of each channel, of one step or of many: [channels] or [steps, channels].
struct Values {
  std::shared_ptr<const Tensor> tensor;
  float fallback = 0;

  std::size_t steps() const { return tensor && tensor->shape.size() == 2 ? tensor->shape[0] : 1; }
  float at(std::size_t step, std::size_t channel, std::size_t channels) const {
    if (!tensor) return fallback;
    if (tensor->values.size() == 1) return tensor->values.front();
    return tensor->values[(steps() == 1 ? 0 : step * channels) + channel];
  }
};

/// Reports a tensor that is neither; tells of the channels and steps that it knows.
bool fits(LayerBuilder& l, const char* name, const Values& values, const Shape& sample, std::size_t& steps) {
  if (!values.tensor || values.tensor->shape.empty()) return true;
  const Shape& shape = values.tensor->shape;
  const std::string channels = std::to_string(sample[0]);
  if (shape.size() > 2 || shape.back() != sample[0]) {
    l.problem(name,
              l.input_name(0) + " gives " + to_string(sample) + ", '" + name + "' of " + l.name() +
                  " expects another number of channels",
              "[" + channels + "], or [steps, " + channels + "]", to_string(shape));
    return false;
  }
  if (shape.size() == 1 || shape[0] == 1) return true;
  if (steps > 1 && shape[0] != steps) {
    l.problem(name, "values of this layer are given for another number of steps", std::to_string(steps),
              std::to_string(shape[0]));
    return false;
  }
  steps = shape[0];
  return true;
}

// PyTorch's BatchNorm1d and 2d in inference, per step snnTorch's BatchNormTT: with
// a = weight * (1 / sqrt(variance + eps)) and c = fma(-mean, a, bias), computed once, y = fma(x, a, c).
// After the last step for which values are given, those of the last one hold.
void build_batch_norm(LayerBuilder& l) {
  l.foreign("running_mean", "mean");
  l.foreign("running_var", "variance");
  l.foreign("var", "variance");
  l.foreign("gamma", "weight");
  l.foreign("beta", "bias");
  l.foreign("epsilon", "eps");
  l.foreign("num_features", "mean");
  const Values mean{l.tensor("mean", {.doc = "of each channel, [channels] or [steps, channels]"})};
  const Values variance{l.tensor("variance", {.doc = "of each channel, [channels] or [steps, channels]"})};
  const Values weight{l.tensor("weight", {.doc = "gain of each channel (default 1)", .optional = true}), 1};
  const Values bias{l.tensor("bias", {.doc = "offset of each channel (default 0)", .optional = true})};
  const auto eps = l.number("eps", {.doc = "added to the variance", .value = 1e-5, .low = 0.0});
  const auto sample = l.input();
  if (!l.bound() || !sample || !eps || !l.healthy()) return l.affine(nullptr, nullptr);

  std::size_t steps = 1;
  bool fit = fits(l, "mean", mean, *sample, steps);
  fit = fits(l, "variance", variance, *sample, steps) && fit;
  fit = fits(l, "weight", weight, *sample, steps) && fit;
  fit = fits(l, "bias", bias, *sample, steps) && fit;
  const std::size_t channels = (*sample)[0];
  if (!fit || !l.reserve(2 * std::uint64_t{steps} * channels)) return l.affine(nullptr, nullptr);

  Tensor gain, offset;
  gain.shape = offset.shape = steps > 1 ? Shape{steps, channels} : Shape{channels};
  for (std::size_t step = 0; step < steps; ++step)
    for (std::size_t c = 0; c < channels; ++c) {
      const float spread = variance.at(step, c, channels) + static_cast<float>(*eps);
      const float a = weight.at(step, c, channels) * (1.0f / std::sqrt(spread));
      const float b = std::fma(-mean.at(step, c, channels), a, bias.at(step, c, channels));
      if (!(spread > 0) || !std::isfinite(a) || !std::isfinite(b)) {
        l.problem("variance", "this variance cannot be divided by",
                  "variance + eps above 0, and a gain that is finite",
                  std::to_string(variance.at(step, c, channels)) + " of channel " + std::to_string(c));
        return l.affine(nullptr, nullptr);
      }
      gain.values.push_back(a);
      offset.values.push_back(b);
    }
  l.affine(std::make_shared<const Tensor>(std::move(gain)),
           std::make_shared<const Tensor>(std::move(offset)));
}

}  // namespace

LayerKind batch_norm_layer() {
  return {.name = "batch_norm",
          .doc = "subtracts a mean and divides by a deviation, channel by channel",
          .build = build_batch_norm};
}

}  // namespace spikeloom
