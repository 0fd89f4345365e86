// Values of a few neurons over time -> a panel of lines, with threshold and spike marks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "plot/figure.h"
#include "plot/time_axis.h"

namespace spikeloom::plot {

/// Takes values in step order, in memory that does not grow with the number of steps: beyond two values a
/// pixel only the lowest and highest of each pixel are kept.
class Trace {
 public:
  /// `names`: one for each line, shown in the legend when there are several.
  Trace(std::string name, const TimeAxis& time, std::vector<std::string> names);

  void value(std::uint64_t step, std::size_t line, float value);
  void spike(std::uint64_t step, std::size_t line);  // a mark above the line's trace
  void set_threshold(float threshold) { threshold_ = threshold; }
  void set_note(std::string note) { note_ = std::move(note); }
  /// "membrane potential", "synaptic current": beside the y axis.
  void set_quantity(std::string quantity) { quantity_ = std::move(quantity); }
  void set_color(std::size_t first) { first_color_ = first; }
  Panel panel() const;

 private:
  struct Bin {
    std::uint64_t low_step = 0, high_step = 0;
    float low = 0, high = 0;
    bool has_value = false;
  };
  std::string name_, note_, quantity_;
  TimeAxis time_;
  std::vector<std::string> names_;
  std::uint64_t steps_each_;
  std::size_t bins_;
  std::vector<std::vector<Bin>> lines_;
  std::vector<std::vector<double>> spikes_;  // steps
  std::optional<float> threshold_;
  std::size_t first_color_ = 0;
};

}  // namespace spikeloom::plot
