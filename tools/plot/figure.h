// A picture as a description: panels one below the other, each with axes and marks in data units. Knows
// neither files nor networks; write.h turns it into SVG or PNG.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace spikeloom::plot {

struct Color {
  double red = 0, green = 0, blue = 0, alpha = 1;
};

/// Colours that stay apart for colour-blind readers and in grey print (Okabe and Ito 2008); `i` wraps around.
Color series_color(std::size_t i);
inline constexpr Color kInk{0.13, 0.15, 0.19};
inline constexpr Color kMuted{0.42, 0.45, 0.50};
inline constexpr Color kThreshold{0.80, 0.24, 0.16};

struct Axis {
  std::string label;  // with its unit: "time (ms)"
  double low = 0, high = 1;
  bool whole = false;      // ticks at whole numbers only
  bool has_ticks = true;   // false: the label alone
  bool has_labels = true;  // false: grid lines without numbers
  bool has_grid = true;
};

struct Point {
  double x = 0, y = 0;
};

/// Joined points; a point that is not finite interrupts the line.
struct Line {
  std::string name;  // in the legend, unless empty
  std::vector<Point> points;
  Color color;
  double width = 1.4;  // pixels
};

/// A dashed horizontal line across the panel.
struct Level {
  std::string name;
  double y = 0;
  Color color = kThreshold;
};

/// Short vertical strokes, `height` of the y axis tall and centred at their point, never under a pixel.
struct Strokes {
  std::string name;
  std::vector<Point> points;
  double height = 1;
  double width = 1;  // pixels
  Color color = kInk;
};

/// Vertical bars from 0, `width` of the x axis wide.
struct Bars {
  std::string name;
  std::vector<Point> points;
  double width = 0.8;
  Color color;
};

/// A grid of values as colours, from 0 (paper) to `most` (darkest). Row 0 is the lowest.
struct Image {
  std::size_t columns = 0, rows = 0;
  std::vector<float> values;  // [rows][columns]
  double x_low = 0, x_high = 1, y_low = 0, y_high = 1;
  double most = 1;
  std::string scale_label;  // beside the colour scale
};

using Mark = std::variant<Line, Level, Strokes, Bars, Image>;

struct Panel {
  std::string name;     // above the panel, left
  std::string note;     // beside it, smaller
  double height = 120;  // pixels of the plotting area
  Axis x, y;
  std::vector<Mark> marks;  // drawn in this order
};

struct Figure {
  std::string title;
  std::string note;  // below the title
  double width = 960;
  bool shares_x = true;  // numbers and label of the x axis stand under the last panel alone
  std::vector<Panel> panels;
};

}  // namespace spikeloom::plot
