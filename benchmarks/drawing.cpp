#include "benchmarks/drawing.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "plot/write.h"

namespace spikeloom::benchmarks {

Result<void> draw_synaptic_operations(std::span<const Row> rows, const std::filesystem::path& file) {
  // Rows come in the order of n; a line for each density, which is the end of a row's name.
  std::map<std::string, std::pair<plot::Line, plot::Line>> lines;
  double most = 0, low = 1e9, high = 0;
  for (const Row& row : rows) {
    if (row.unit != Unit::synaptic_operation || !row.problem.empty()) continue;
    const std::string density = row.name.substr(row.name.rfind('p') + 1);
    auto& [compiled, limit] = lines[density];
    const double x = std::log2(static_cast<double>(row.inputs));
    compiled.name = "density " + density;
    compiled.points.push_back({x, row.compiled * 1e12});
    limit.points.push_back({x, row.limit * 1e12});
    most = std::max({most, row.compiled * 1e12, row.limit * 1e12});
    low = std::min(low, x), high = std::max(high, x);
  }
  plot::Panel panel;
  panel.name = "W8: one linear layer and LIF, batch 16; thin lines are the limit";
  panel.height = 280;
  panel.x = {.label = "log2 of neurons", .low = low - 0.2, .high = high + 0.2, .whole = true};
  panel.y = {.label = "ps a synaptic operation", .low = 0, .high = most * 1.1};
  std::size_t color = 0;
  for (auto& [density, pair] : lines) {
    auto& [compiled, limit] = pair;
    compiled.color = limit.color = plot::series_color(color++);
    compiled.width = 2.2;
    limit.width = 0.8;
    panel.marks.push_back(std::move(compiled));
    panel.marks.push_back(std::move(limit));
  }
  plot::Figure figure;
  figure.title = "Time of a synaptic operation against the size of a layer";
  figure.panels.push_back(std::move(panel));
  return plot::write(figure, file);
}

}  // namespace spikeloom::benchmarks
