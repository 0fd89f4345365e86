// Events put into steps: what a network is fed with.
//
// An event at time t falls into step floor(t / w), the quotient computed once, in double, from the time in
// the file's own unit and the width w of a step in that unit (dt in ms; dt * 1000 in us; dt / 1000 in s; 1 in
// steps). So step k takes the times from k * w on, and an event on the edge of two steps falls into the later
// one. With Edge::nearest it is floor(t / w + 0.5): for times that are themselves k * w, but for a rounding
// error. Several events of a neuron in one step add their values, in the order of the file, or make a
// single 1.
#pragma once

#include <span>

#include "data/events.h"

namespace spikeloom::data {

enum class Edge { floor, nearest };
enum class Several { count, one };

struct Grid {
  std::optional<double> dt_ms;           // needed where times are not steps
  std::optional<std::uint64_t> steps;    // later events are left out; absent: up to the last event
  std::optional<std::uint64_t> neurons;  // of a sample: an event of a higher one is an error
  Edge edge = Edge::floor;
  Several several = Several::count;
};

struct Spike {
  std::uint32_t step = 0, neuron = 0;
  float value = 1;
  bool operator==(const Spike&) const = default;
};

struct Binned {
  std::string name, format;
  TimeUnit unit = TimeUnit::step;  // that the times of the file were in
  std::optional<double> dt_ms;     // of a step, where the file or the grid says so
  Shape shape;                     // of one sample; empty: unknown
  std::uint64_t steps = 0;         // up to the last event, or to the end that the file states
  bool has_end = false;            // the file states how long it is; else silence follows
  std::uint32_t highest = 0;       // neuron
  std::vector<std::uint64_t> starts{0};
  std::vector<Spike> spikes;  // of each sample, by step, then neuron
  std::vector<std::int64_t> labels;

  std::size_t samples() const { return starts.size() - 1; }
  std::span<const Spike> sample(std::size_t i) const {
    return std::span(spikes).subspan(starts[i], starts[i + 1] - starts[i]);
  }
  /// One step of one sample; `row` has room for its neurons.
  void fill(std::size_t sample, std::uint64_t step, std::span<float> row) const;
};

Result<Binned> bin(Events events, const Grid& grid);

/// The width of a step in a unit.
double width_of(double dt_ms, TimeUnit unit);

/// The time at which a step begins, moved up as far as it takes for floor(time / width) to be that step
/// again: writers use it, so that what was written is read back as it was.
double time_of(std::uint64_t step, double width);

}  // namespace spikeloom::data
