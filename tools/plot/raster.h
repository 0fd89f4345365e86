// Spikes of one population -> a raster panel: a stroke a spike, or one density image where there are too
// many.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plot/figure.h"
#include "plot/time_axis.h"

namespace spikeloom::plot {

/// Takes spikes one by one, in any order, in memory that does not grow with their number.
class Raster {
 public:
  static constexpr std::size_t kMostStrokes = 200000;

  Raster(std::string name, const TimeAxis& time, std::uint64_t neurons);
  void spike(std::uint64_t step, std::uint64_t neuron);  // outside the axes: ignored
  std::uint64_t spikes() const { return spikes_; }
  Panel panel() const;

 private:
  void count(std::uint64_t step, std::uint64_t neuron);
  Image density() const;

  std::string name_;
  TimeAxis time_;
  std::uint64_t neurons_;
  std::uint64_t spikes_ = 0;
  std::vector<Point> strokes_;  // (step, neuron); empty once there were too many
  // The density grid: all cells hold as many steps and neurons, give or take one, so that no pattern of the
  // grid shows in the picture.
  std::size_t columns_, rows_;
  std::vector<std::uint32_t> grid_;  // empty until there are too many strokes
};

}  // namespace spikeloom::plot
