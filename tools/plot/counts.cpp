#include "plot/counts.h"

#include <algorithm>
#include <numeric>

#include "plot/ticks.h"

namespace spikeloom::plot {
namespace {

constexpr std::size_t kMostBars = 400;

}  // namespace

Panel counts_panel(const std::string& name, std::span<const std::uint64_t> counts) {
  const std::size_t each = std::max<std::size_t>(1, (counts.size() + kMostBars - 1) / kMostBars);
  Panel panel;
  panel.name = name;
  panel.height = 130;
  Bars bars;
  bars.color = series_color(0);
  bars.width = each > 1 ? static_cast<double>(each) : 0.72;
  double highest = 0, total = 0;
  for (std::size_t first = 0; first < counts.size(); first += each) {
    const std::size_t held = std::min(each, counts.size() - first);
    const auto part = counts.subspan(first, held);
    const double sum = std::accumulate(part.begin(), part.end(), 0.0);
    const double mean = sum / static_cast<double>(held);
    bars.points.push_back({static_cast<double>(first) + (static_cast<double>(held) - 1) / 2, mean});
    highest = std::max(highest, mean);
    total += sum;
  }
  const double neurons = static_cast<double>(counts.size());
  panel.x = {
      .label = "neuron", .low = -0.6, .high = std::max(neurons, 1.0) - 0.4, .whole = true, .has_grid = false};
  panel.y = {.label = each > 1 ? "spikes (mean)" : "spikes",
             .low = 0,
             .high = highest > 0 ? highest * 1.08 : 1.0,
             .whole = each == 1};
  panel.note = grouped(neurons) + (counts.size() == 1 ? " neuron, " : " neurons, ") + grouped(total) +
               (total == 1 ? " spike" : " spikes");
  panel.marks.push_back(std::move(bars));
  return panel;
}

}  // namespace spikeloom::plot
