#include "layers/sliding.h"

namespace spikeloom {
namespace {

constexpr std::int64_t kMostPlaces = std::int64_t{1} << 30;  // of an axis

void too_long(LayerBuilder& l, std::string_view name, std::int64_t out) {
  l.limit("", "the output is larger than the limit",
          "at most " + std::to_string(kMostPlaces) + " " + std::string(name), std::to_string(out), "");
}

}  // namespace

Sliding read_sliding(LayerBuilder& l, std::size_t axes, bool padding_words) {
  Sliding s;
  s.stride = l.per_axis("stride", {.doc = "steps from a window to the next", .value = 1, .low = 1}, axes);
  PerAxisField padding{.doc = "zeros around the sample", .value = 0};
  if (padding_words) {
    padding.doc = "zeros around the sample; \"same\" keeps its size, \"valid\" is 0";
    padding.words = {"same", "valid"};
  }
  s.padding = l.per_axis("padding", padding, axes);
  s.dilation = l.per_axis(
      "dilation", {.doc = "steps from an element of the window to the next", .value = 1, .low = 1}, axes);
  return s;
}

std::optional<WindowAxis> slide(LayerBuilder& l, const Sliding& s, std::size_t axis, std::string_view name,
                                std::size_t in, std::size_t kernel, bool ceil) {
  // Extents are below 2^31 and fields below 2^20: nothing here leaves 64 bits.
  const auto n = static_cast<std::int64_t>(in);
  const std::int64_t stride = s.stride->values[axis], dilation = s.dilation->values[axis];
  const std::int64_t reach = dilation * (static_cast<std::int64_t>(kernel) - 1) + 1;
  std::int64_t before = 0, after = 0;
  if (s.padding->word == "same") {
    before = (reach - 1) / 2;
    after = reach - 1 - before;
  } else if (s.padding->word.empty()) {
    before = after = s.padding->values[axis];
  }
  const std::int64_t room = n + before + after - reach;
  if (room < 0) {
    l.input_problem(0,
                    l.input_name(0) + " gives " + std::to_string(n) + " " + std::string(name) + ", " +
                        l.name() + " expects at least " + std::to_string(reach - before - after),
                    "", "", "a window that is larger than the sample needs \"padding\"");
    return {};
  }
  std::int64_t out = (room + (ceil ? stride - 1 : 0)) / stride + 1;
  if (ceil && (out - 1) * stride >= n + before) --out;  // a window must begin within the sample or before it
  if (out > kMostPlaces) {
    too_long(l, name, out);
    return {};
  }
  return WindowAxis{in,
                    static_cast<std::size_t>(out),
                    kernel,
                    static_cast<std::size_t>(stride),
                    static_cast<std::size_t>(dilation),
                    static_cast<std::size_t>(before)};
}

std::optional<WindowAxis> slide_back(LayerBuilder& l, const Sliding& s, std::size_t axis,
                                     std::string_view name, std::size_t in, std::size_t kernel,
                                     std::int64_t output_padding) {
  const std::int64_t stride = s.stride->values[axis], dilation = s.dilation->values[axis],
                     padding = s.padding->values[axis];
  const std::int64_t reach = dilation * (static_cast<std::int64_t>(kernel) - 1) + 1;
  const std::int64_t out =
      (static_cast<std::int64_t>(in) - 1) * stride - 2 * padding + reach + output_padding;
  if (out < 1) {
    l.problem("padding", "nothing is left of the " + std::string(name) + " of the output",
              "a \"padding\" that leaves at least one", std::to_string(out));
    return {};
  }
  if (out > kMostPlaces) {
    too_long(l, name, out);
    return {};
  }
  return WindowAxis{in,
                    static_cast<std::size_t>(out),
                    kernel,
                    static_cast<std::size_t>(stride),
                    static_cast<std::size_t>(dilation),
                    static_cast<std::size_t>(padding)};
}

}  // namespace spikeloom
