#include "reference/windows.h"

#include <cmath>
#include <limits>

namespace spikeloom::reference {
namespace {

/// The element of the input's window that falls on an output of a transposed convolution; -1: none does.
std::int64_t element_on(const WindowAxis& axis, std::size_t in, std::size_t out) {
  const std::int64_t offset = static_cast<std::int64_t>(out) - axis.touches(in, 0);
  const auto dilation = static_cast<std::int64_t>(axis.dilation);
  if (offset < 0 || offset % dilation != 0 || offset / dilation >= static_cast<std::int64_t>(axis.kernel))
    return -1;
  return offset / dilation;
}

/// The sum of one output, over ascending inputs.
class Sum {
 public:
  Sum(const Convolution& c, std::span<const float> x) : c_(c), w_(c.windows), x_(x) {}

  float operator()(std::size_t out, std::size_t row, std::size_t column) const {
    float y = c_.bias ? c_.bias->values[out] : 0.0f;
    const std::size_t first = out / w_.out_of_group() * w_.in_of_group();
    for (std::size_t in = first; in < first + w_.in_of_group(); ++in)
      y = w_.transposed ? add_back(y, in, out, row, column) : add(y, in, out, row, column);
    return y + 0.0f;  // a -0 becomes +0
  }

 private:
  float add(float y, std::size_t in, std::size_t out, std::size_t row, std::size_t column) const {
    for (std::size_t r = 0; r < w_.rows.kernel; ++r)
      for (std::size_t k = 0; k < w_.columns.kernel; ++k) {
        const std::int64_t from_row = w_.rows.touches(row, r), from_column = w_.columns.touches(column, k);
        if (from_row < 0 || from_row >= static_cast<std::int64_t>(w_.rows.in)) continue;
        if (from_column < 0 || from_column >= static_cast<std::int64_t>(w_.columns.in)) continue;
        const float x = value(in, static_cast<std::size_t>(from_row), static_cast<std::size_t>(from_column));
        y = std::fma(c_.weight->values[w_.weight_at(in, out, r, k)], x, y);
      }
    return y;
  }

  float add_back(float y, std::size_t in, std::size_t out, std::size_t row, std::size_t column) const {
    for (std::size_t from_row = 0; from_row < w_.rows.in; ++from_row) {
      const std::int64_t r = element_on(w_.rows, from_row, row);
      if (r < 0) continue;
      for (std::size_t from_column = 0; from_column < w_.columns.in; ++from_column) {
        const std::int64_t k = element_on(w_.columns, from_column, column);
        if (k < 0) continue;
        const std::size_t at =
            w_.weight_at(in, out, static_cast<std::size_t>(r), static_cast<std::size_t>(k));
        y = std::fma(c_.weight->values[at], value(in, from_row, from_column), y);
      }
    }
    return y;
  }

  float value(std::size_t channel, std::size_t row, std::size_t column) const {
    return x_[(channel * w_.rows.in + row) * w_.columns.in + column];
  }

  const Convolution& c_;
  const Windows& w_;
  std::span<const float> x_;
};

}  // namespace

void convolve(const Convolution& c, std::span<const float> x, std::span<float> y) {
  const Sum sum(c, x);
  const Windows& w = c.windows;
  std::size_t at = 0;
  for (std::size_t out = 0; out < w.out_channels; ++out)
    for (std::size_t row = 0; row < w.rows.out; ++row)
      for (std::size_t column = 0; column < w.columns.out; ++column) y[at++] = sum(out, row, column);
}

void pool(const Pool& p, std::span<const float> x, std::span<float> y) {
  const Windows& w = p.windows;
  std::size_t at = 0;
  for (std::size_t channel = 0; channel < w.out_channels; ++channel)
    for (std::size_t row = 0; row < w.rows.out; ++row)
      for (std::size_t column = 0; column < w.columns.out; ++column) {
        float sum = 0.0f, largest = -std::numeric_limits<float>::infinity();
        for (std::size_t r = 0; r < w.rows.kernel; ++r)
          for (std::size_t k = 0; k < w.columns.kernel; ++k) {
            const std::int64_t from_row = w.rows.touches(row, r), from_column = w.columns.touches(column, k);
            if (from_row < 0 || from_row >= static_cast<std::int64_t>(w.rows.in)) continue;
            if (from_column < 0 || from_column >= static_cast<std::int64_t>(w.columns.in)) continue;
            const float value = x[(channel * w.rows.in + static_cast<std::size_t>(from_row)) * w.columns.in +
                                  static_cast<std::size_t>(from_column)];
            sum += value;
            largest = value > largest ? value : largest;
          }
        switch (p.how) {
          case Pool::How::sum:
            y[at++] = sum;
            break;
          case Pool::How::average:
            y[at++] = sum / static_cast<float>(p.divisor(row, column));
            break;
          case Pool::How::largest:
            y[at++] = largest;
            break;
        }
      }
}

}  // namespace spikeloom::reference
