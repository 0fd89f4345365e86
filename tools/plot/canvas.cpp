#include "plot/canvas.h"

#include <cstdint>

namespace spikeloom::plot {
namespace {

constexpr const char* kReplacement = "\uFFFD";

/// Bytes of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none (Unicode 15, table
/// 3-7).
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xC2 && first <= 0xDF   ? 2
                             : first >= 0xE0 && first <= 0xEF ? 3
                             : first >= 0xF0 && first <= 0xF4 ? 4
                                                              : 0;
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xC0) != 0x80) return 0;
  const unsigned char second = byte(1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
      (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F))
    return 0;
  return length;
}

}  // namespace

std::string displayable(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = sequence_length(text.substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool is_c1_control = length == 2 && byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (length == 0 || byte < 0x20 || byte == 0x7F || is_c1_control) {
      out += kReplacement;
      i += length == 0 ? 1 : length;
    } else {
      out += text.substr(i, length);
      i += length;
    }
  }
  return out;
}

void Canvas::set_font(const TextStyle& style) {
  cairo_select_font_face(cairo_, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         style.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo_, style.size);
}

void Canvas::fill(const Box& box, const Color& color) {
  cairo_set_source_rgba(cairo_, color.red, color.green, color.blue, color.alpha);
  cairo_rectangle(cairo_, box.left, box.top, box.width, box.height);
  cairo_fill(cairo_);
}

void Canvas::line(double x0, double y0, double x1, double y1, const Color& color, double width, bool dashed) {
  cairo_save(cairo_);
  cairo_set_source_rgba(cairo_, color.red, color.green, color.blue, color.alpha);
  cairo_set_line_width(cairo_, width);
  if (dashed) {
    const double dashes[] = {5, 3};
    cairo_set_dash(cairo_, dashes, 2, 0);
  }
  cairo_move_to(cairo_, x0, y0);
  cairo_line_to(cairo_, x1, y1);
  cairo_stroke(cairo_);
  cairo_restore(cairo_);
}

double Canvas::width_of(std::string_view words, const TextStyle& style) {
  set_font(style);
  cairo_text_extents_t extents;
  cairo_text_extents(cairo_, displayable(words).c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(double x, double y, std::string_view words, const TextStyle& style) {
  const double left = x - style.align * width_of(words, style);
  cairo_set_source_rgba(cairo_, style.color.red, style.color.green, style.color.blue, style.color.alpha);
  cairo_move_to(cairo_, left, y);
  cairo_show_text(cairo_, displayable(words).c_str());
}

void Canvas::text_upwards(double x, double y, std::string_view words, const TextStyle& style) {
  cairo_save(cairo_);
  cairo_translate(cairo_, x, y);
  cairo_rotate(cairo_, -1.5707963267948966);
  text(0, 0, words, style);
  cairo_restore(cairo_);
}

std::string Canvas::fitted(std::string_view words, const TextStyle& style, double width) {
  std::string whole = displayable(words);
  if (width_of(whole, style) <= width) return whole;
  while (!whole.empty()) {
    // Back to the start of the last character.
    while (!whole.empty() && (static_cast<unsigned char>(whole.back()) & 0xC0) == 0x80) whole.pop_back();
    if (!whole.empty()) whole.pop_back();
    const std::string cut = whole + "\u2026";
    if (width_of(cut, style) <= width) return cut;
  }
  return {};
}

}  // namespace spikeloom::plot
