// What conv1d and conv2d are: windows over the last axes of a sample, summed over the channels of a group.
#include "layers/sliding.h"

namespace spikeloom {

void build_convolution(LayerBuilder& l, std::size_t axes) {
  const bool has_rows = axes == 2;
  l.foreign("kernel_size", "weight");
  l.foreign("in_channels", "weight");
  l.foreign("out_channels", "weight");
  l.foreign("weights", "weight");
  l.foreign("biases", "bias");
  l.foreign("pad", "padding");
  l.foreign("strides", "stride");
  const Axis out = l.axis("out"), of_group = l.axis("in / groups"), in = l.axis("in");
  const Axis kernel_row = l.axis("kernel row"), kernel_column = l.axis(has_rows ? "kernel column" : "kernel");
  const Axis row = l.axis("row"), column = l.axis(has_rows ? "column" : "position");
  const auto weight =
      has_rows ? l.weights("weight", {.doc = "[out, in / groups, kernel rows, kernel columns]"},
                           {out, of_group, kernel_row, kernel_column})
               : l.weights("weight", {.doc = "[out, in / groups, kernel]"}, {out, of_group, kernel_column});
  const auto bias =
      l.weights("bias", {.doc = "added to every output of a channel, [out]", .optional = true}, {out});
  const Sliding sliding = read_sliding(l, axes, true);
  const auto groups = static_cast<std::size_t>(
      l.integer("groups", {.doc = "channels fall into so many groups that do not see each other",
                           .value = 1,
                           .low = 1,
                           .high = 1 << 20}));
  if (!l.bound()) return;
  if (!has_rows) {
    l.fix(kernel_row, 1);
    l.fix(row, 1);
  }
  if (l.extent(out) && *l.extent(out) % groups != 0)
    l.problem("groups", "the outputs do not fall into so many groups",
              "a divisor of " + std::to_string(*l.extent(out)), std::to_string(groups));
  if (l.extent(of_group)) l.fix(in, *l.extent(of_group) * groups);
  if (has_rows)
    l.input({in, row, column});
  else
    l.input({in, column});
  if (sliding.padding && sliding.padding->word == "same" && sliding.stride)
    for (const std::int64_t stride : sliding.stride->values)
      if (stride != 1) {
        l.problem("padding", "\"same\" keeps the size of a sample only with a stride of 1", "numbers",
                  "\"same\" with stride " + std::to_string(stride));
        break;
      }
  if (!l.healthy() || !l.input_known() || !weight || !sliding.known()) return;

  Windows w{.in_channels = *l.extent(in), .out_channels = *l.extent(out), .groups = groups};
  if (has_rows) {
    const auto rows = slide(l, sliding, 0, "rows", *l.extent(row), *l.extent(kernel_row));
    if (!rows) return;
    w.rows = *rows;
  }
  const auto columns = slide(l, sliding, axes - 1, has_rows ? "columns" : "positions", *l.extent(column),
                             *l.extent(kernel_column));
  if (!columns) return;
  w.columns = *columns;
  l.convolution(w, weight, bias, has_rows);
}

}  // namespace spikeloom
