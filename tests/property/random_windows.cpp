#include "property/random_windows.h"

#include <algorithm>
#include <cmath>

namespace spikeloom::property {
namespace {

using Json = nlohmann::ordered_json;
using Sizes = std::vector<std::size_t>;

// Over positions, over rows and columns.
const std::vector<std::string> kPools[] = {{"avg_pool1d", "max_pool1d"},
                                           {"avg_pool2d", "sum_pool2d", "max_pool2d"}};

class WindowBuilder {
 public:
  WindowBuilder(Dice& dice, const Sizes& shape) : dice_(dice), in_(shape), axes_(shape.size() - 1) {}

  RandomLayer build() {
    if (!kPools[axes_ - 1].empty() && dice_.chance(0.4)) return pool();
    if (axes_ == 2 && dice_.chance(0.3)) return transposed();
    return convolution();
  }

 private:
  Json tensor(const Sizes& shape, double scale, std::size_t axis = 0) {
    Json array = Json::array();
    for (std::size_t i = 0; i < shape[axis]; ++i)
      array.push_back(axis + 1 == shape.size() ? Json(number() * scale) : tensor(shape, scale, axis + 1));
    return array;
  }
  double number() { return dice_.chance(0.05) ? dice_.of({0.0, -0.0, 1e-40}) : dice_.normal(); }

  /// One number for all axes where they agree, at times.
  Json written(const Sizes& values) {
    const bool same = std::ranges::all_of(values, [&](std::size_t x) { return x == values[0]; });
    return same && dice_.chance(0.7) ? Json(values[0]) : Json(values);
  }
  Sizes each(std::size_t low, std::size_t high) {
    Sizes all;
    for (std::size_t i = 0; i < axes_; ++i) all.push_back(dice_.between(low, high));
    return all;
  }

  void add_weights(const Sizes& shape, std::size_t channels) {
    double fan_in = 1;
    for (std::size_t i = 1; i < shape.size(); ++i) fan_in *= static_cast<double>(shape[i]);
    made_.node["weight"] = tensor(shape, 1.5 / std::sqrt(0.3 * fan_in));
    if (dice_.chance(0.5)) made_.node["bias"] = tensor({channels}, 0.3);
  }

  std::size_t draw_groups() {
    Sizes divisors;
    for (std::size_t g = 1; g <= in_[0]; ++g)
      if (in_[0] % g == 0) divisors.push_back(g);
    return dice_.chance(0.6) ? 1 : dice_.of(divisors);
  }

  std::size_t draw_channels() {
    return dice_.chance(0.2) ? dice_.of<std::size_t>({16, 17, 33, 64}) : dice_.between(1, 6);
  }

  RandomLayer convolution() {
    made_.node = {{"type", axes_ == 2 ? "conv2d" : "conv1d"}};
    const std::size_t groups = draw_groups(), of_group = groups > 1 ? dice_.between(1, 4) : draw_channels();
    Sizes kernel = each(1, 4), dilation = each(1, dice_.chance(0.3) ? 3 : 1),
          stride = each(1, dice_.chance(0.4) ? 3 : 1), padding = each(0, dice_.chance(0.5) ? 3 : 0);
    const bool same = dice_.chance(0.15);
    if (same) stride.assign(axes_, 1);
    made_.shape = {groups * of_group};
    for (std::size_t a = 0; a < axes_; ++a) {
      const auto reach = [&] { return dilation[a] * (kernel[a] - 1) + 1; };
      while (!same && reach() > in_[a + 1] + 2 * padding[a]) kernel[a] > 1 ? --kernel[a] : ++padding[a];
      made_.shape.push_back(same ? in_[a + 1] : (in_[a + 1] + 2 * padding[a] - reach()) / stride[a] + 1);
    }
    Sizes weight{groups * of_group, in_[0] / groups};
    weight.insert(weight.end(), kernel.begin(), kernel.end());
    add_weights(weight, groups * of_group);
    made_.node["stride"] = written(stride);
    made_.node["padding"] = same ? Json("same") : written(padding);
    if (dice_.chance(0.8) || dilation != Sizes(axes_, 1)) made_.node["dilation"] = written(dilation);
    if (groups > 1) made_.node["groups"] = groups;
    return made_;
  }

  RandomLayer transposed() {
    made_.node = {{"type", "conv_transpose2d"}};
    const std::size_t groups = draw_groups(), of_group = dice_.between(1, 5);
    const Sizes kernel = each(1, 4), dilation = each(1, dice_.chance(0.3) ? 2 : 1),
                stride = each(1, dice_.chance(0.6) ? 3 : 1);
    Sizes padding = each(0, 2), further;
    made_.shape = {groups * of_group};
    for (std::size_t a = 0; a < 2; ++a) {
      further.push_back(dice_.chance(0.3) ? dice_.below(std::max(stride[a], dilation[a])) : 0);
      const std::size_t all = (in_[a + 1] - 1) * stride[a] + dilation[a] * (kernel[a] - 1) + 1 + further[a];
      while (2 * padding[a] >= all) --padding[a];
      made_.shape.push_back(all - 2 * padding[a]);
    }
    add_weights({in_[0], of_group, kernel[0], kernel[1]}, groups * of_group);
    made_.node["stride"] = written(stride);
    made_.node["padding"] = written(padding);
    made_.node["dilation"] = written(dilation);
    made_.node["output_padding"] = written(further);
    made_.node["groups"] = groups;
    return made_;
  }

  RandomLayer pool() {
    const std::string type = dice_.of(kPools[axes_ - 1]);
    made_.node = {{"type", type}};
    Sizes kernel = each(1, 3), stride = dice_.chance(0.5) ? kernel : each(1, 3), padding = each(0, 1);
    const bool ceil = dice_.chance(0.4);
    made_.shape = {in_[0]};
    for (std::size_t a = 0; a < axes_; ++a) {
      padding[a] = std::min(padding[a], kernel[a] / 2);
      while (kernel[a] > in_[a + 1] + 2 * padding[a]) {
        --kernel[a];
        padding[a] = std::min(padding[a], kernel[a] / 2);
      }
      const std::size_t room = in_[a + 1] + 2 * padding[a] - kernel[a];
      std::size_t out = (room + (ceil ? stride[a] - 1 : 0)) / stride[a] + 1;
      if (ceil && (out - 1) * stride[a] >= in_[a + 1] + padding[a]) --out;
      made_.shape.push_back(out);
    }
    made_.node["kernel"] = written(kernel);
    if (stride != kernel || dice_.chance(0.3)) made_.node["stride"] = written(stride);
    made_.node["padding"] = written(padding);
    if (ceil) made_.node["ceil_mode"] = true;
    if (type.starts_with("avg") && dice_.chance(0.5)) made_.node["count_include_pad"] = false;
    return made_;
  }

  Dice& dice_;
  const Sizes in_;
  const std::size_t axes_;
  RandomLayer made_;
};

}  // namespace

RandomLayer random_window(Dice& dice, const Sizes& shape) {
  return WindowBuilder(dice, shape).build();
}

RandomLayer random_batch_norm(Dice& dice, const Sizes& shape, std::size_t steps) {
  RandomLayer made{{{"type", "batch_norm"}}, shape};
  const std::size_t rows = dice.chance(0.5) ? 0 : dice.between(1, steps + 3);
  const auto values = [&](bool positive) {
    const auto draw = [&] { return positive ? dice.uniform(0.1, 2) : dice.normal(); };
    if (dice.chance(0.2)) return Json(draw());
    Json all = Json::array();
    const std::size_t count = dice.chance(0.3) ? 0 : rows;
    for (std::size_t row = 0; row < std::max<std::size_t>(count, 1); ++row) {
      Json one = Json::array();
      for (std::size_t c = 0; c < shape[0]; ++c) one.push_back(draw());
      all.push_back(one);
    }
    return count == 0 ? all[0] : all;
  };
  made.node["mean"] = values(false);
  made.node["variance"] = values(true);
  if (dice.chance(0.6)) made.node["weight"] = values(false);
  if (dice.chance(0.6)) made.node["bias"] = values(false);
  if (dice.chance(0.4)) made.node["eps"] = dice.of({0.0, 1e-3, 0.1});
  return made;
}

}  // namespace spikeloom::property
