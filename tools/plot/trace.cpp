#include "plot/trace.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "plot/ticks.h"

namespace spikeloom::plot {
namespace {

constexpr std::uint64_t kMostBins = 1800;       // two a pixel of a figure's usual width
constexpr std::size_t kMostSpikeMarks = 20000;  // of one line; more would be a bar anyway
constexpr double kHeight = 130;

}  // namespace

Trace::Trace(std::string name, const TimeAxis& time, std::vector<std::string> names)
    : name_(std::move(name)),
      time_(time),
      names_(std::move(names)),
      steps_each_(std::max<std::uint64_t>(1, (time.steps + kMostBins - 1) / kMostBins)),
      bins_(static_cast<std::size_t>((time.steps + steps_each_ - 1) / steps_each_)),
      lines_(names_.size(), std::vector<Bin>(bins_)),
      spikes_(names_.size()) {}

void Trace::value(std::uint64_t step, std::size_t line, float value) {
  if (line >= lines_.size() || step < time_.first_step || step - time_.first_step >= time_.steps) return;
  if (!std::isfinite(value)) return;
  Bin& bin = lines_[line][(step - time_.first_step) / steps_each_];
  if (!bin.has_value || value < bin.low) {
    bin.low = value;
    bin.low_step = step;
  }
  if (!bin.has_value || value > bin.high) {
    bin.high = value;
    bin.high_step = step;
  }
  bin.has_value = true;
}

void Trace::spike(std::uint64_t step, std::size_t line) {
  if (line >= spikes_.size() || step < time_.first_step || step - time_.first_step >= time_.steps) return;
  if (spikes_[line].size() < kMostSpikeMarks) spikes_[line].push_back(static_cast<double>(step));
}

Panel Trace::panel() const {
  Panel panel;
  panel.name = name_;
  panel.note = note_;
  panel.height = kHeight;
  panel.x = time_.axis();

  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    Line line;
    if (names_.size() > 1) line.name = names_[i];
    line.color = series_color(first_color_ + i);
    line.width = names_.size() > 3 ? 1.1 : 1.4;
    for (const Bin& bin : lines_[i]) {
      if (!bin.has_value) {
        line.points.push_back({std::numeric_limits<double>::quiet_NaN(), 0});
        continue;
      }
      low = std::min<double>(low, bin.low);
      high = std::max<double>(high, bin.high);
      const Point at_low{time_.at(static_cast<double>(bin.low_step)), bin.low};
      const Point at_high{time_.at(static_cast<double>(bin.high_step)), bin.high};
      if (bin.low_step == bin.high_step) {
        line.points.push_back(at_low);
      } else {
        line.points.push_back(bin.low_step < bin.high_step ? at_low : at_high);
        line.points.push_back(bin.low_step < bin.high_step ? at_high : at_low);
      }
    }
    panel.marks.push_back(std::move(line));
  }
  if (threshold_) {
    low = std::min<double>(low, *threshold_);
    high = std::max<double>(high, *threshold_);
    panel.marks.push_back(Level{.name = "threshold", .y = *threshold_});
  }
  const Range range = padded(low, high, 0.07);
  panel.y = {.label = quantity_, .low = range.low, .high = range.high};

  // Spike marks have rows of their own above the values, one for each line.
  const std::size_t rows = static_cast<std::size_t>(
      std::ranges::count_if(spikes_, [](const auto& steps) { return !steps.empty(); }));
  if (rows > 0) {
    const double row = (range.high - range.low) * 0.085;
    std::size_t place = 0;
    for (std::size_t i = 0; i < spikes_.size(); ++i) {
      if (spikes_[i].empty()) continue;
      Strokes strokes;
      if (place == 0) strokes.name = "spike";
      strokes.height = row * 0.8;
      strokes.width = 1.4;
      strokes.color = names_.size() > 1 ? series_color(first_color_ + i) : kInk;
      for (const double step : spikes_[i])
        strokes.points.push_back({time_.at(step), range.high + row * (static_cast<double>(place) + 0.6)});
      panel.marks.push_back(std::move(strokes));
      ++place;
    }
    panel.y.high += row * (static_cast<double>(rows) + 0.3);
    panel.height += 10 * static_cast<double>(rows);
  }
  return panel;
}

}  // namespace spikeloom::plot
