#include "plot/raster.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "plot/ticks.h"

namespace spikeloom::plot {
namespace {

constexpr std::uint64_t kMostColumns = 800, kMostRows = 300;

/// Cells for `n` things, at least 1 thing in each and at most `most` cells.
std::size_t cells_of(std::uint64_t n, std::uint64_t most) {
  const std::uint64_t each = n / most + (n % most != 0);
  return static_cast<std::size_t>(n / each);
}

/// How many of `n` things lie in cell `i`: those with i == thing * cells / n.
double held(std::size_t i, std::size_t cells, std::uint64_t n) {
  const auto first = [&](std::uint64_t cell) { return (cell * n + cells - 1) / cells; };
  return static_cast<double>(first(i + 1) - first(i));
}

/// Few neurons get rows one can tell apart, many share what there is.
double panel_height(std::uint64_t neurons) {
  return std::clamp(12.0 * static_cast<double>(neurons) + 10, 34.0, neurons > 1000 ? 300.0 : 220.0);
}

std::string significant(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3g", value);
  return text.data();
}

}  // namespace

Raster::Raster(std::string name, const TimeAxis& time, std::uint64_t neurons)
    : name_(std::move(name)),
      time_(time),
      neurons_(std::max<std::uint64_t>(neurons, 1)),
      columns_(cells_of(std::max<std::uint64_t>(time.steps, 1), kMostColumns)),
      rows_(cells_of(neurons_, kMostRows)) {
  time_.steps = std::max<std::uint64_t>(time.steps, 1);
}

void Raster::spike(std::uint64_t step, std::uint64_t neuron) {
  if (step < time_.first_step || step - time_.first_step >= time_.steps || neuron >= neurons_) return;
  ++spikes_;
  if (!grid_.empty()) {
    count(step, neuron);
    return;
  }
  strokes_.push_back({static_cast<double>(step), static_cast<double>(neuron)});
  if (strokes_.size() <= kMostStrokes) return;
  grid_.assign(columns_ * rows_, 0);
  for (const Point& p : strokes_) count(static_cast<std::uint64_t>(p.x), static_cast<std::uint64_t>(p.y));
  strokes_.clear();
  strokes_.shrink_to_fit();
}

void Raster::count(std::uint64_t step, std::uint64_t neuron) {
  std::uint32_t& cell =
      grid_[neuron * rows_ / neurons_ * columns_ + (step - time_.first_step) * columns_ / time_.steps];
  if (cell != UINT32_MAX) ++cell;
}

Image Raster::density() const {
  Image image;
  image.columns = columns_;
  image.rows = rows_;
  image.values.resize(columns_ * rows_);
  for (std::size_t row = 0; row < rows_; ++row)
    for (std::size_t column = 0; column < columns_; ++column)
      image.values[row * columns_ + column] =
          static_cast<float>(grid_[row * columns_ + column] /
                             (held(row, rows_, neurons_) * held(column, columns_, time_.steps)));
  // The darkest colour is what all but one cell in five hundred stay below: a burst must not bleach the rest.
  std::vector<float> sorted = image.values;
  const auto near_top = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) * 499 / 500);
  std::nth_element(sorted.begin(), near_top, sorted.end());
  image.most = *near_top > 0 ? *near_top : *std::max_element(near_top, sorted.end());
  if (time_.dt_ms) {
    const float hertz = static_cast<float>(1000 / *time_.dt_ms);
    for (float& value : image.values) value *= hertz;
    image.most *= hertz;
    image.scale_label = "rate (Hz)";
  } else {
    image.scale_label = "spikes / step";
  }
  const double first = static_cast<double>(time_.first_step);
  image.x_low = time_.at(first - 0.5);
  image.x_high = time_.at(first + static_cast<double>(time_.steps) - 0.5);
  image.y_low = -0.5;
  image.y_high = static_cast<double>(neurons_) - 0.5;
  return image;
}

Panel Raster::panel() const {
  Panel panel;
  panel.name = name_;
  panel.height = panel_height(neurons_);
  panel.x = time_.axis();
  panel.y = {.label = "neuron",
             .low = -0.5 - 0.01 * static_cast<double>(neurons_),
             .high = static_cast<double>(neurons_) - 0.5 + 0.01 * static_cast<double>(neurons_),
             .whole = true,
             .has_grid = grid_.empty()};
  if (neurons_ == 1) panel.y.label.clear();

  const double neuron_steps =
      static_cast<double>(neurons_) * static_cast<double>(std::max<std::uint64_t>(time_.steps, 1));
  const double per_step = static_cast<double>(spikes_) / neuron_steps;
  panel.note = grouped(static_cast<double>(neurons_)) + (neurons_ == 1 ? " neuron, " : " neurons, ") +
               grouped(static_cast<double>(spikes_)) + (spikes_ == 1 ? " spike, " : " spikes, ") +
               (time_.dt_ms ? significant(per_step * 1000 / *time_.dt_ms) + " Hz"
                            : significant(per_step) + " per neuron and step");
  if (!grid_.empty()) {
    panel.marks.push_back(density());
    return panel;
  }
  Strokes strokes;
  strokes.points = strokes_;
  for (Point& p : strokes.points) p.x = time_.at(p.x);
  strokes.height = neurons_ > 60 ? 1.0 : 0.72;
  // A stroke as wide as its step would join a burst into a bar.
  const double pixels_each_step = 850.0 / static_cast<double>(std::max<std::uint64_t>(time_.steps, 1));
  strokes.width = std::clamp(pixels_each_step * 0.55, 0.75, neurons_ > 60 ? 4.0 : 1.8);
  // Spikes that lie close share ink instead of hiding one another.
  if (spikes_ > 20000) strokes.color.alpha = 0.75;
  panel.marks.push_back(std::move(strokes));
  return panel;
}

}  // namespace spikeloom::plot
