#include "plot/draw.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "plot/marks.h"
#include "plot/ticks.h"

namespace spikeloom::plot {
namespace {

constexpr double kEdge = 18;       // free paper around everything
constexpr double kHeader = 22;     // a panel's name and legend
constexpr double kTickRow = 18;    // numbers below a panel
constexpr double kAxisLabel = 17;  // the x axis' words
constexpr double kPanelGap = 8;
constexpr double kScaleWidth = 9;  // of a colour scale
constexpr Color kGrid{0.905, 0.915, 0.93};
constexpr Color kFrame{0.55, 0.58, 0.62};
const TextStyle kTitle{.size = 15, .bold = true, .color = kInk, .align = 0};
const TextStyle kNote{.size = 11, .bold = false, .color = kMuted, .align = 0};
const TextStyle kPanelName{.size = 12, .bold = true, .color = kInk, .align = 0};
const TextStyle kTickText{.size = 10.5, .bold = false, .color = kMuted, .align = 0};
const TextStyle kAxisText{.size = 11, .bold = false, .color = kInk, .align = 0};

TextStyle aligned(TextStyle style, double align) {
  style.align = align;
  return style;
}

double title_height(const Figure& figure) {
  return (figure.title.empty() ? 0 : 24) + (figure.note.empty() ? 0 : 17) +
         (figure.title.empty() && figure.note.empty() ? 0 : 6);
}

bool has_x_words(const Figure& figure, std::size_t panel) {
  return !figure.shares_x || panel + 1 == figure.panels.size();
}

bool has_header(const Panel& panel) {
  if (!panel.name.empty() || !panel.note.empty()) return true;
  return std::ranges::any_of(panel.marks, [](const Mark& mark) {
    return std::visit(
        [](const auto& m) {
          if constexpr (requires { m.name; }) return !m.name.empty();
          return false;
        },
        mark);
  });
}

double panel_height(const Figure& figure, std::size_t i) {
  const Panel& panel = figure.panels[i];
  return (has_header(panel) ? kHeader : kPanelGap) + panel.height +
         (has_x_words(figure, i) ? kTickRow + (panel.x.label.empty() ? 0 : kAxisLabel) : 0) + kPanelGap;
}

std::vector<Tick> ticks_of(const Axis& axis, double pixels, double pixels_each) {
  if (!axis.has_ticks) return {};
  auto ticks =
      nice_ticks(axis.low, axis.high, std::max(1, static_cast<int>(pixels / pixels_each)), axis.whole);
  // A single row of neurons has no whole number but its own in range.
  if (ticks.empty() && axis.whole) ticks = nice_ticks(axis.low, axis.high, 1, true);
  return ticks;
}

const Image* image_of(const Panel& panel) {
  for (const Mark& mark : panel.marks)
    if (const Image* image = std::get_if<Image>(&mark)) return image;
  return nullptr;
}

struct LegendEntry {
  std::string name;
  const Mark* mark;
};

void draw_swatch(const Mark& mark, double x, double y, Canvas& canvas) {
  const double middle = y - 4;
  if (const auto* line = std::get_if<Line>(&mark))
    canvas.line(x, middle, x + 16, middle, line->color, 2);
  else if (const auto* level = std::get_if<Level>(&mark))
    canvas.line(x, middle, x + 16, middle, level->color, 1.3, true);
  else if (const auto* strokes = std::get_if<Strokes>(&mark))
    canvas.line(x + 8, middle - 5, x + 8, middle + 5, strokes->color, 1.6);
  else if (const auto* bars = std::get_if<Bars>(&mark))
    canvas.fill({x + 3, middle - 4, 10, 8}, bars->color);
}

/// Right-aligned in the header, so that it never covers data. Returns where it starts.
double draw_legend(const Panel& panel, double right, double base, double room, Canvas& canvas) {
  std::vector<LegendEntry> entries;
  for (const Mark& mark : panel.marks)
    std::visit(
        [&](const auto& m) {
          if constexpr (requires { m.name; })
            if (!m.name.empty()) entries.push_back({m.name, &mark});
        },
        mark);
  double x = right;
  std::size_t shown = entries.size();
  const auto width = [&](const LegendEntry& e) { return canvas.width_of(e.name, kNote) + 20 + 14; };
  double total = 0;
  for (std::size_t i = 0; i < entries.size(); ++i)
    if (total += width(entries[i]); total > room) {
      shown = i;
      break;
    }
  for (std::size_t i = shown; i-- > 0;) {
    x -= width(entries[i]) - 14;
    draw_swatch(*entries[i].mark, x, base, canvas);
    canvas.text(x + 20, base, entries[i].name, kNote);
    x -= 14;
  }
  return x;
}

void draw_header(const Panel& panel, double left, double right, double base, Canvas& canvas) {
  const std::string name = canvas.fitted(panel.name, kPanelName, (right - left) * 0.5);
  canvas.text(left, base, name, kPanelName);
  const double after = left + canvas.width_of(name, kPanelName) + (name.empty() ? 0 : 10);
  const double legend = draw_legend(panel, right, base, (right - after) * 0.8, canvas);
  canvas.text(after, base, canvas.fitted(panel.note, kNote, legend - after - 10), kNote);
}

void draw_scale(const Image& image, const Box& box, Canvas& canvas) {
  const Box scale{box.right() + 14, box.top, kScaleWidth, box.height};
  const int steps = static_cast<int>(std::max(1.0, scale.height));
  for (int i = 0; i < steps; ++i) {
    const double share = 1 - (i + 0.5) / steps;
    canvas.fill({scale.left, scale.top + scale.height * i / steps, scale.width, scale.height / steps + 0.3},
                density_color(share));
  }
  canvas.line(scale.right(), scale.top, scale.right(), scale.bottom(), kFrame, 0.8);
  for (const Tick& tick : nice_ticks(0, image.most, std::max(1, static_cast<int>(box.height / 45)), false)) {
    const double y = scale.bottom() - tick.value / image.most * scale.height;
    canvas.line(scale.right(), y, scale.right() + 3, y, kFrame, 0.8);
    canvas.text(scale.right() + 6, y + 3.5, tick.label, kTickText);
  }
  canvas.text(box.right() + 14 + kScaleWidth + 6, box.top - 7, image.scale_label, aligned(kNote, 1));
}

void draw_axes(const Panel& panel, const Projection& to, bool has_words, double label_x, Canvas& canvas) {
  const Box& box = to.box;
  for (const Tick& tick : ticks_of(panel.x, box.width, 80)) {
    const double x = to.x(tick.value);
    if (panel.x.has_grid) canvas.line(x, box.top, x, box.bottom(), kGrid, 0.8);
    if (!has_words || !panel.x.has_labels) continue;
    canvas.line(x, box.bottom(), x, box.bottom() + 3.5, kFrame, 0.8);
    canvas.text(x, box.bottom() + 15, tick.label, aligned(kTickText, 0.5));
  }
  for (const Tick& tick : ticks_of(panel.y, box.height, panel.y.whole ? 22 : 34)) {
    const double y = to.y(tick.value);
    if (panel.y.has_grid) canvas.line(box.left, y, box.right(), y, kGrid, 0.8);
    canvas.line(box.left - 3.5, y, box.left, y, kFrame, 0.8);
    if (panel.y.has_labels) canvas.text(box.left - 7, y + 3.7, tick.label, aligned(kTickText, 1));
  }
  if (has_words && !panel.x.label.empty())
    canvas.text(box.left + box.width / 2, box.bottom() + kTickRow + 12, panel.x.label,
                aligned(kAxisText, 0.5));
  if (!panel.y.label.empty()) {
    const std::string words = canvas.fitted(panel.y.label, kAxisText, box.height + 24);
    canvas.text_upwards(label_x, box.top + box.height / 2, words, aligned(kAxisText, 0.5));
  }
}

/// What is left of the plotting areas: the widest number of any panel, and the label's line.
double left_margin(const Figure& figure, Canvas& canvas) {
  double widest = 0;
  bool has_label = false;
  for (const Panel& panel : figure.panels) {
    has_label |= !panel.y.label.empty();
    if (!panel.y.has_labels) continue;
    for (const Tick& tick : ticks_of(panel.y, panel.height, panel.y.whole ? 22 : 34))
      widest = std::max(widest, canvas.width_of(tick.label, kTickText));
  }
  return kEdge + (has_label ? 18 : 0) + widest + 9;
}

double right_margin(const Figure& figure, Canvas& canvas) {
  double margin = kEdge;
  for (const Panel& panel : figure.panels)
    if (const Image* image = image_of(panel)) {
      double widest = 0;
      for (const Tick& tick : nice_ticks(0, image->most, 5, false))
        widest = std::max(widest, canvas.width_of(tick.label, kTickText));
      margin = std::max(margin, 14 + kScaleWidth + 8 + widest + kEdge * 0.6);
    }
  return margin;
}

}  // namespace

double height_of(const Figure& figure) {
  double height = kEdge + title_height(figure) + kEdge * 0.4;
  for (std::size_t i = 0; i < figure.panels.size(); ++i) height += panel_height(figure, i);
  return std::ceil(height);
}

void draw(const Figure& figure, Canvas& canvas) {
  canvas.fill({0, 0, figure.width, height_of(figure)}, {1, 1, 1});
  const double left = left_margin(figure, canvas);
  const double width = std::max(50.0, figure.width - left - right_margin(figure, canvas));

  double y = kEdge;
  if (!figure.title.empty()) {
    canvas.text(kEdge, y + 13, canvas.fitted(figure.title, kTitle, figure.width - 2 * kEdge), kTitle);
    y += 24;
  }
  if (!figure.note.empty())
    canvas.text(kEdge, y + 9, canvas.fitted(figure.note, kNote, figure.width - 2 * kEdge), kNote);
  y = kEdge + title_height(figure);

  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const Panel& panel = figure.panels[i];
    const double header = has_header(panel) ? kHeader : kPanelGap;
    const Box box{left, y + header, width, panel.height};
    const Image* image = image_of(panel);
    // The words of a colour scale share the header's line.
    const double header_right =
        box.right() - (image != nullptr ? canvas.width_of(image->scale_label, kNote) : 0);
    draw_header(panel, box.left, header_right, y + header - 7, canvas);

    const Projection to{box, panel.x, panel.y};
    draw_axes(panel, to, has_x_words(figure, i), kEdge + 9, canvas);
    cairo_save(canvas.cairo());
    cairo_rectangle(canvas.cairo(), box.left, box.top - 1, box.width + 1, box.height + 2);
    cairo_clip(canvas.cairo());
    for (const Mark& mark : panel.marks) draw_mark(mark, to, canvas);
    cairo_restore(canvas.cairo());
    canvas.line(box.left, box.top, box.left, box.bottom(), kFrame, 0.9);
    canvas.line(box.left, box.bottom(), box.right(), box.bottom(), kFrame, 0.9);
    if (image != nullptr) draw_scale(*image, box, canvas);
    y += panel_height(figure, i);
  }
}

}  // namespace spikeloom::plot
