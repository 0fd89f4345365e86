// Pools: one value of each window of a channel, over rows and columns or over positions. PyTorch's rules of
// padding and ceil_mode.
#include "layers/sliding.h"

namespace spikeloom {

void build_pool(LayerBuilder& l, Pool::How how, std::size_t axes) {
  const bool has_rows = axes == 2;
  l.foreign("kernel_size", "kernel");
  l.foreign("pool_size", "kernel");
  l.foreign("size", "kernel");
  const auto kernel = l.per_axis(
      "kernel", {.doc = has_rows ? "rows and columns of a window" : "positions of a window", .low = 1}, axes);
  Sliding sliding;
  sliding.stride = l.per_axis(
      "stride", {.doc = "steps from a window to the next (default: the kernel)", .low = 1, .optional = true},
      axes);
  sliding.padding =
      l.per_axis("padding", {.doc = "around the sample, at most half of the kernel", .value = 0}, axes);
  sliding.dilation = PerAxis{std::vector<std::int64_t>(axes, 1), ""};
  const bool ceil = l.boolean("ceil_mode", "a last window may reach behind the padding", false);
  Pool pool{.how = how};
  if (how == Pool::How::average)
    pool.counts_padding =
        l.boolean("count_include_pad", "padding counts as values of 0 in the average", true);
  if (!l.bound()) return;
  if (!sliding.stride && !l.given("stride")) sliding.stride = kernel;

  const Axis channel = l.axis("channel"), row = l.axis("row"),
             column = l.axis(has_rows ? "column" : "position");
  if (has_rows)
    l.input({channel, row, column});
  else
    l.input({channel, column});
  if (kernel && sliding.padding)
    for (std::size_t axis = 0; axis < axes; ++axis)
      if (sliding.padding->values[axis] * 2 > kernel->values[axis]) {
        l.problem("padding", "'padding' is more than half of the kernel",
                  "at most " + std::to_string(kernel->values[axis] / 2),
                  std::to_string(sliding.padding->values[axis]));
        break;
      }
  if (!l.healthy() || !l.input_known() || !kernel || !sliding.known()) return;

  const auto size = [&](std::size_t axis) { return static_cast<std::size_t>(kernel->values[axis]); };
  const std::size_t channels = *l.extent(channel);
  Windows& w = pool.windows;
  w = {.in_channels = channels, .out_channels = channels, .groups = channels};
  if (has_rows) {
    const auto rows = slide(l, sliding, 0, "rows", *l.extent(row), size(0), ceil);
    if (!rows) return;
    w.rows = *rows;
  }
  const auto columns = slide(l, sliding, axes - 1, has_rows ? "columns" : "positions", *l.extent(column),
                             size(axes - 1), ceil);
  if (!columns) return;
  w.columns = *columns;
  l.pool(std::move(pool), has_rows);
}

}  // namespace spikeloom
