// Pools: one value of each window of a channel. PyTorch's rules of padding and ceil_mode.
#include "layers/sliding.h"

namespace spikeloom {

void build_pool(LayerBuilder& l, Pool::How how) {
  l.foreign("kernel_size", "kernel");
  l.foreign("pool_size", "kernel");
  l.foreign("size", "kernel");
  const auto kernel = l.per_axis("kernel", {.doc = "rows and columns of a window", .low = 1}, 2);
  Sliding sliding;
  sliding.stride = l.per_axis(
      "stride", {.doc = "steps from a window to the next (default: the kernel)", .low = 1, .optional = true},
      2);
  sliding.padding =
      l.per_axis("padding", {.doc = "around the sample, at most half of the kernel", .value = 0}, 2);
  sliding.dilation = PerAxis{{1, 1}, ""};
  const bool ceil = l.boolean("ceil_mode", "a last window may reach behind the padding", false);
  Pool pool{.how = how};
  if (how == Pool::How::average)
    pool.counts_padding =
        l.boolean("count_include_pad", "padding counts as values of 0 in the average", true);
  if (!l.bound()) return;
  if (!sliding.stride && !l.given("stride")) sliding.stride = kernel;

  const Axis channel = l.axis("channel"), row = l.axis("row"), column = l.axis("column");
  l.input({channel, row, column});
  if (kernel && sliding.padding)
    for (std::size_t axis = 0; axis < 2; ++axis)
      if (sliding.padding->values[axis] * 2 > kernel->values[axis]) {
        l.problem("padding", "'padding' is more than half of the kernel",
                  "at most " + std::to_string(kernel->values[axis] / 2),
                  std::to_string(sliding.padding->values[axis]));
        break;
      }
  if (!l.healthy() || !l.input_known() || !kernel || !sliding.known()) return;

  const auto size = [&](std::size_t axis) { return static_cast<std::size_t>(kernel->values[axis]); };
  const auto rows = slide(l, sliding, 0, "rows", *l.extent(row), size(0), ceil);
  const auto columns = slide(l, sliding, 1, "columns", *l.extent(column), size(1), ceil);
  if (!rows || !columns) return;
  const std::size_t channels = *l.extent(channel);
  pool.windows = {.in_channels = channels,
                  .out_channels = channels,
                  .groups = channels,
                  .rows = *rows,
                  .columns = *columns};
  l.pool(std::move(pool));
}

}  // namespace spikeloom
