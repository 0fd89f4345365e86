#include <algorithm>

#include "layers/sliding.h"

namespace spikeloom {
namespace {

// Every input adds its window of weights to the output; a sum runs over ascending inputs. PyTorch's
// ConvTranspose2d: size (n - 1) s - 2p + d (k - 1) + output_padding + 1.
void build_conv_transpose2d(LayerBuilder& l) {
  l.foreign("kernel_size", "weight");
  l.foreign("in_channels", "weight");
  l.foreign("out_channels", "weight");
  l.foreign("weights", "weight");
  l.foreign("biases", "bias");
  const Axis in = l.axis("in"), of_group = l.axis("out / groups"), out = l.axis("out");
  const Axis kernel_row = l.axis("kernel row"), kernel_column = l.axis("kernel column");
  const Axis row = l.axis("row"), column = l.axis("column");
  const auto weight = l.weights("weight", {.doc = "[in, out / groups, kernel rows, kernel columns]"},
                                {in, of_group, kernel_row, kernel_column});
  const auto groups = static_cast<std::size_t>(
      l.integer("groups", {.doc = "channels fall into so many groups that do not see each other",
                           .value = 1,
                           .low = 1,
                           .high = 1 << 20}));
  if (l.bound() && l.extent(of_group)) l.fix(out, *l.extent(of_group) * groups);
  const auto bias =
      l.weights("bias", {.doc = "added to every output of a channel, [out]", .optional = true}, {out});
  const Sliding sliding = read_sliding(l, 2, false);
  const auto further = l.per_axis(
      "output_padding",
      {.doc = "rows and columns at the end of the output, of which several sizes fit", .value = 0}, 2);
  if (!l.bound()) return;
  if (l.extent(in) && *l.extent(in) % groups != 0)
    l.problem("groups", "the inputs do not fall into so many groups",
              "a divisor of " + std::to_string(*l.extent(in)), std::to_string(groups));
  l.input({in, row, column});
  if (further && sliding.stride && sliding.dilation)
    for (std::size_t axis = 0; axis < 2; ++axis)
      if (const auto most = std::max(sliding.stride->values[axis], sliding.dilation->values[axis]);
          further->values[axis] >= most) {
        l.problem("output_padding", "'output_padding' is larger than what several sizes leave open",
                  "below " + std::to_string(most) + ", the larger of stride and dilation",
                  std::to_string(further->values[axis]));
        break;
      }
  if (!l.healthy() || !l.input_known() || !weight || !sliding.known() || !further) return;

  const auto rows =
      slide_back(l, sliding, 0, "rows", *l.extent(row), *l.extent(kernel_row), further->values[0]);
  const auto columns =
      slide_back(l, sliding, 1, "columns", *l.extent(column), *l.extent(kernel_column), further->values[1]);
  if (!rows || !columns) return;
  l.convolution({.in_channels = *l.extent(in),
                 .out_channels = *l.extent(out),
                 .groups = groups,
                 .rows = *rows,
                 .columns = *columns,
                 .transposed = true},
                weight, bias);
}

}  // namespace

LayerKind conv_transpose2d_layer() {
  return {.name = "conv_transpose2d",
          .doc = "every value adds a window of weights to the output",
          .build = build_conv_transpose2d};
}

}  // namespace spikeloom
