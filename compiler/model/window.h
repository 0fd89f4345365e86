// How a window slides over a grid of channels, rows and columns: what convolutions and pools share. A grid
// of one axis has one row.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace spikeloom {

/// One direction of the grid. Element k of a window at place p touches place p * stride + k * dilation -
/// before of the other grid: windows lie at the outputs, except those of a transposed convolution, which lie
/// at the inputs. What lies outside is skipped.
struct WindowAxis {
  std::size_t in = 1, out = 1, kernel = 1;
  std::size_t stride = 1, dilation = 1;
  std::size_t before = 0;  // padding in front of the first place

  /// The place that element k of the window at `place` touches; negative or large where it is outside.
  std::int64_t touches(std::size_t place, std::size_t k) const {
    return static_cast<std::int64_t>(place * stride + k * dilation) - static_cast<std::int64_t>(before);
  }
  bool operator==(const WindowAxis&) const = default;
};

struct Windows {
  std::size_t in_channels = 1, out_channels = 1, groups = 1;
  WindowAxis rows, columns;
  bool transposed = false;

  std::size_t inputs() const { return in_channels * rows.in * columns.in; }
  std::size_t outputs() const { return out_channels * rows.out * columns.out; }
  std::size_t in_of_group() const { return in_channels / groups; }
  std::size_t out_of_group() const { return out_channels / groups; }
  /// Where a weight lies in PyTorch's layout: [out, in of its group, kernel row, kernel column], transposed
  /// [in, out of its group, ...]. Both channels are counted over all groups.
  std::size_t weight_at(std::size_t in, std::size_t out, std::size_t row, std::size_t column) const {
    const std::size_t channels =
        transposed ? in * out_of_group() + out % out_of_group() : out * in_of_group() + in % in_of_group();
    return (channels * rows.kernel + row) * columns.kernel + column;
  }
  std::size_t weights() const { return out_channels * in_of_group() * rows.kernel * columns.kernel; }
  bool operator==(const Windows&) const = default;
};

/// Pairs of an input place and an output place that see each other along one axis.
std::uint64_t touching_pairs(const WindowAxis& axis, bool transposed);

/// "stride 2, padding 1x0, groups 3": what is not plain.
std::string text_of(const Windows& windows);

}  // namespace spikeloom
