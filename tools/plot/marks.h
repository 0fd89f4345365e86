// Draws one panel's marks: data units to pixels.
#pragma once

#include "plot/canvas.h"
#include "plot/figure.h"

namespace spikeloom::plot {

/// From data to pixels inside a box. Values far outside are held near the box: cairo's numbers are 24.8 bits.
struct Projection {
  Box box;
  const Axis& x_axis;
  const Axis& y_axis;
  double x(double value) const;
  double y(double value) const;
};

void draw_mark(const Mark& mark, const Projection& to, Canvas& canvas);

/// The colour of a value between 0 (paper) and 1 (darkest).
Color density_color(double value);

}  // namespace spikeloom::plot
