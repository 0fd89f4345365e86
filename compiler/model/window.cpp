#include "model/window.h"

#include <algorithm>

#include "model/model.h"

namespace spikeloom {
namespace {

/// PyTorch's rule: a window that reaches behind the padding is cut there, whether or not padding counts.
std::int64_t counted(const WindowAxis& axis, std::size_t place, bool counts_padding) {
  const auto in = static_cast<std::int64_t>(axis.in), before = static_cast<std::int64_t>(axis.before);
  const std::int64_t first = axis.touches(place, 0);
  const std::int64_t end = std::min(first + static_cast<std::int64_t>(axis.kernel), in + before);
  return counts_padding ? end - first : std::min(end, in) - std::max<std::int64_t>(first, 0);
}

}  // namespace

std::size_t Pool::divisor(std::size_t row, std::size_t column) const {
  return static_cast<std::size_t>(counted(windows.rows, row, counts_padding) *
                                  counted(windows.columns, column, counts_padding));
}

std::string text_of(const Windows& w) {
  const auto both = [](std::size_t rows, std::size_t columns) {
    return std::to_string(rows) + (rows == columns ? "" : "x" + std::to_string(columns));
  };
  std::string text = "stride " + both(w.rows.stride, w.columns.stride);
  if (w.rows.before + w.columns.before > 0) text += ", padding " + both(w.rows.before, w.columns.before);
  if (w.rows.dilation * w.columns.dilation > 1)
    text += ", dilation " + both(w.rows.dilation, w.columns.dilation);
  if (w.groups > 1) text += ", groups " + std::to_string(w.groups);
  return text;
}

std::uint64_t touching_pairs(const WindowAxis& axis, bool transposed) {
  const std::size_t places = transposed ? axis.in : axis.out;
  const auto others = static_cast<std::int64_t>(transposed ? axis.out : axis.in);
  std::uint64_t pairs = 0;
  for (std::size_t k = 0; k < axis.kernel; ++k) {
    // Places from which element k falls inside: first <= place < end.
    const auto offset = axis.touches(0, k);
    const auto stride = static_cast<std::int64_t>(axis.stride);
    const std::int64_t first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
    const std::int64_t end = offset >= others ? 0 : (others - offset + stride - 1) / stride;
    const std::int64_t last = std::min(end, static_cast<std::int64_t>(places));
    if (last > first) pairs += static_cast<std::uint64_t>(last - first);
  }
  return pairs;
}

}  // namespace spikeloom
