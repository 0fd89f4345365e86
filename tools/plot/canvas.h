// The few things a figure needs of cairo. Nothing else includes it.
#pragma once

#include <cairo.h>

#include <memory>
#include <string>
#include <string_view>

#include "plot/figure.h"

namespace spikeloom::plot {

struct Box {
  double left = 0, top = 0, width = 0, height = 0;
  double right() const { return left + width; }
  double bottom() const { return top + height; }
};

struct TextStyle {
  double size = 11;
  bool bold = false;
  Color color = kInk;
  double align = 0;  // 0: starts at x, 0.5: centred, 1: ends at x
};

/// Borrows the context.
class Canvas {
 public:
  explicit Canvas(cairo_t* context) : cairo_(context) {}
  cairo_t* cairo() const { return cairo_; }

  void fill(const Box& box, const Color& color);
  void line(double x0, double y0, double x1, double y1, const Color& color, double width,
            bool dashed = false);
  /// `y` is the base line. Text is made safe first: whatever it holds, the picture stays valid.
  void text(double x, double y, std::string_view words, const TextStyle& style);
  void text_upwards(double x, double y, std::string_view words, const TextStyle& style);
  double width_of(std::string_view words, const TextStyle& style);
  /// The text, cut with an ellipsis so that it fits.
  std::string fitted(std::string_view words, const TextStyle& style, double width);

 private:
  void set_font(const TextStyle& style);
  cairo_t* cairo_;
};

/// UTF-8 without control characters; what is neither becomes U+FFFD. (cairo refuses the whole picture
/// otherwise.)
std::string displayable(std::string_view text);

}  // namespace spikeloom::plot
