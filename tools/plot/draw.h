// Lays a figure out and draws it.
#pragma once

#include "plot/canvas.h"
#include "plot/figure.h"

namespace spikeloom::plot {

/// Pixels of the whole picture. Depends on the panels' heights alone.
double height_of(const Figure& figure);

void draw(const Figure& figure, Canvas& canvas);

}  // namespace spikeloom::plot
