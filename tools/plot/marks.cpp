#include "plot/marks.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace spikeloom::plot {
namespace {

void set_color(cairo_t* cairo, const Color& c) {
  cairo_set_source_rgba(cairo, c.red, c.green, c.blue, c.alpha);
}

void draw(const Line& line, const Projection& to, Canvas& canvas) {
  cairo_t* cairo = canvas.cairo();
  set_color(cairo, line.color);
  cairo_set_line_width(cairo, line.width);
  cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
  bool is_interrupted = true;
  for (const Point& p : line.points) {
    if (!std::isfinite(p.x) || !std::isfinite(p.y)) {
      is_interrupted = true;
      continue;
    }
    if (is_interrupted)
      cairo_move_to(cairo, to.x(p.x), to.y(p.y));
    else
      cairo_line_to(cairo, to.x(p.x), to.y(p.y));
    is_interrupted = false;
  }
  cairo_stroke(cairo);
}

void draw(const Level& level, const Projection& to, Canvas& canvas) {
  if (!std::isfinite(level.y)) return;
  canvas.line(to.box.left, to.y(level.y), to.box.right(), to.y(level.y), level.color, 1.1, true);
}

void draw(const Strokes& strokes, const Projection& to, Canvas& canvas) {
  cairo_t* cairo = canvas.cairo();
  set_color(cairo, strokes.color);
  cairo_set_line_width(cairo, strokes.width);
  cairo_set_line_cap(cairo, CAIRO_LINE_CAP_BUTT);
  const double half = std::max(
      0.5, std::abs(to.y(strokes.height) - to.y(0)) / 2);  // a row thinner than a pixel stays visible
  std::size_t pending = 0;
  for (const Point& p : strokes.points) {
    const double x = to.x(p.x), y = to.y(p.y);
    cairo_move_to(cairo, x, y - half);
    cairo_line_to(cairo, x, y + half);
    // One path of all strokes would make the PNG rasteriser slow, one path each the SVG large.
    if (++pending == 2000) {
      cairo_stroke(cairo);
      pending = 0;
    }
  }
  cairo_stroke(cairo);
}

void draw(const Bars& bars, const Projection& to, Canvas& canvas) {
  cairo_t* cairo = canvas.cairo();
  set_color(cairo, bars.color);
  const double zero = to.y(0);
  for (const Point& p : bars.points) {
    if (p.y == 0 || !std::isfinite(p.y)) continue;
    const double left = to.x(p.x - bars.width / 2), right = to.x(p.x + bars.width / 2), top = to.y(p.y);
    cairo_rectangle(cairo, left, std::min(top, zero), std::max(0.6, right - left), std::abs(zero - top));
  }
  cairo_fill(cairo);
}

void draw(const Image& image, const Projection& to, Canvas& canvas) {
  if (image.columns == 0 || image.rows == 0) return;
  const int columns = static_cast<int>(image.columns), rows = static_cast<int>(image.rows);
  const int stride = cairo_format_stride_for_width(CAIRO_FORMAT_RGB24, columns);
  if (stride <= 0) return;
  std::vector<std::uint32_t> pixels(static_cast<std::size_t>(stride) / 4 * image.rows);
  for (std::size_t row = 0; row < image.rows; ++row)
    for (std::size_t column = 0; column < image.columns; ++column) {
      const double share = image.most > 0 ? image.values[row * image.columns + column] / image.most : 0.0;
      const Color c = density_color(share);
      const auto channel = [](double v) { return static_cast<std::uint32_t>(std::lround(v * 255)); };
      // Row 0 is the lowest, cairo's first row the highest.
      pixels[(image.rows - 1 - row) * (static_cast<std::size_t>(stride) / 4) + column] =
          channel(c.red) << 16 | channel(c.green) << 8 | channel(c.blue);
    }
  cairo_t* cairo = canvas.cairo();
  cairo_surface_t* surface = cairo_image_surface_create_for_data(
      reinterpret_cast<unsigned char*>(pixels.data()), CAIRO_FORMAT_RGB24, columns, rows, stride);
  const double left = to.x(image.x_low), right = to.x(image.x_high);
  const double top = to.y(image.y_high), bottom = to.y(image.y_low);
  cairo_save(cairo);
  cairo_translate(cairo, left, top);
  cairo_scale(cairo, (right - left) / columns, (bottom - top) / rows);
  cairo_set_source_surface(cairo, surface, 0, 0);
  cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
  cairo_rectangle(cairo, 0, 0, columns, rows);
  cairo_fill(cairo);
  cairo_restore(cairo);
  cairo_surface_destroy(surface);
}

double held(double pixel, double low, double high) {
  return std::clamp(pixel, low - 2000, high + 2000);
}

}  // namespace

double Projection::x(double value) const {
  const double share = (value - x_axis.low) / (x_axis.high - x_axis.low);
  return held(box.left + share * box.width, box.left, box.right());
}

double Projection::y(double value) const {
  const double share = (value - y_axis.low) / (y_axis.high - y_axis.low);
  return held(box.bottom() - share * box.height, box.top, box.bottom());
}

void draw_mark(const Mark& mark, const Projection& to, Canvas& canvas) {
  std::visit([&](const auto& m) { draw(m, to, canvas); }, mark);
}

Color density_color(double value) {
  // Paper to ink by way of blue: lightness falls evenly, so the order survives grey print.
  static constexpr std::array<Color, 5> kStops = {
      {{1.00, 1.00, 1.00}, {0.73, 0.83, 0.92}, {0.38, 0.62, 0.80}, {0.13, 0.38, 0.62}, {0.04, 0.13, 0.30}}};
  if (!(value > 0)) return kStops.front();
  const double place = std::min(value, 1.0) * (kStops.size() - 1);
  const std::size_t i = std::min(static_cast<std::size_t>(place), kStops.size() - 2);
  const double t = place - static_cast<double>(i);
  const Color &a = kStops[i], &b = kStops[i + 1];
  return {a.red + t * (b.red - a.red), a.green + t * (b.green - a.green), a.blue + t * (b.blue - a.blue)};
}

Color series_color(std::size_t i) {
  static constexpr std::array<Color, 7> kColors = {{{0.00, 0.45, 0.70},    // blue
                                                    {0.90, 0.50, 0.00},    // orange
                                                    {0.00, 0.58, 0.43},    // green
                                                    {0.74, 0.40, 0.60},    // purple
                                                    {0.28, 0.66, 0.88},    // sky
                                                    {0.62, 0.56, 0.10},    // olive
                                                    {0.35, 0.35, 0.38}}};  // grey
  return kColors[i % kColors.size()];
}

}  // namespace spikeloom::plot
