#include "data/bin.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "support/try.h"

namespace spikeloom::data {
namespace {

// Where nobody says how many steps there are, a single event must not make a run of years.
constexpr double kMostSteps = 1e9;

std::string words(double number) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.9g", number);
  return text.data();
}

}  // namespace

double width_of(double dt_ms, TimeUnit unit) {
  switch (unit) {
    case TimeUnit::step:
      return 1;
    case TimeUnit::us:
      return dt_ms * 1000;
    case TimeUnit::ms:
      return dt_ms;
    case TimeUnit::s:
      return dt_ms / 1000;
  }
  return 1;
}

double time_of(std::uint64_t step, double width) {
  const double wanted = static_cast<double>(step);
  double time = wanted * width;
  while (std::floor(time / width) < wanted) time = std::nextafter(time, HUGE_VAL);
  return time;
}

Result<Binned> bin(Events events, const Grid& grid) {
  if (events.unit != TimeUnit::step && !grid.dt_ms)
    return file_error(
        events.name,
        std::string("times are in ") + name_of(events.unit) + ", and nothing says how long a step is", {}, {},
        "give the graph its \"dt\" in ms, or --bin MS (convert: --dt MS)");
  // A step that is another time in the file than in the network would change what the numbers mean.
  if (events.dt_ms && grid.dt_ms && std::abs(*events.dt_ms - *grid.dt_ms) > 1e-9 * *grid.dt_ms)
    return file_error(events.name, "the steps of the file are of another length",
                      words(*grid.dt_ms) + " ms a step", words(*events.dt_ms),
                      "--bin " + words(*events.dt_ms) + " takes them as they are");
  const double width = width_of(grid.dt_ms.value_or(1), events.unit);
  const double most = grid.steps ? static_cast<double>(*grid.steps) : HUGE_VAL;
  Binned binned;
  binned.name = std::move(events.name);
  binned.format = std::move(events.format);
  binned.unit = events.unit;
  binned.dt_ms = grid.dt_ms ? grid.dt_ms : events.dt_ms;
  binned.shape = std::move(events.shape);
  binned.labels = std::move(events.labels);
  if (events.end) {
    // The same expression as for an event, so that an end at k * width never loses a step against events.
    const double quotient = *events.end / width;
    binned.has_end = true;
    const double steps = std::floor(grid.edge == Edge::nearest ? quotient + 0.5 : quotient);
    if (!(steps >= 0 && steps <= kMostSteps) && !grid.steps)
      return file_error(binned.name, "the recording is too long", "at most 1e9 steps", {},
                        "--steps takes fewer");
    binned.steps = steps >= most ? *grid.steps : static_cast<std::uint64_t>(std::max(0.0, steps));
  }
  binned.starts.reserve(events.starts.size());
  for (std::size_t sample = 0; sample + 1 < events.starts.size(); ++sample) {
    const std::size_t first = binned.spikes.size();
    for (std::uint64_t i = events.starts[sample]; i < events.starts[sample + 1]; ++i) {
      const Event& event = events.events[i];
      const double quotient = event.time / width;
      const double step = std::floor(grid.edge == Edge::nearest ? quotient + 0.5 : quotient);
      if (step >= most) continue;
      if (!(step >= 0 && step < kMostSteps) && !(grid.steps && step >= 0 && step < UINT32_MAX)) {
        Error error =
            file_error(binned.name, "an event lies too far off", "at most 1e9 steps",
                       words(event.time) + " " + name_of(events.unit), "--steps leaves out what is later");
        error.diagnostics.front().kind = ErrorKind::limit;
        return error;
      }
      if (grid.neurons && event.neuron >= *grid.neurons)
        return file_error(
            binned.name,
            "event " + std::to_string(i - events.starts[sample]) + " is of a neuron that is not there",
            "neurons 0 to " + std::to_string(*grid.neurons - 1), std::to_string(event.neuron));
      binned.highest = std::max(binned.highest, event.neuron);
      if (!binned.has_end) binned.steps = std::max(binned.steps, static_cast<std::uint64_t>(step) + 1);
      binned.spikes.push_back({static_cast<std::uint32_t>(step), event.neuron, event.value});
    }
    const auto begin = binned.spikes.begin() + static_cast<std::ptrdiff_t>(first);
    const auto before = [](const Spike& a, const Spike& b) {
      return a.step != b.step ? a.step < b.step : a.neuron < b.neuron;
    };
    if (!std::is_sorted(begin, binned.spikes.end(), before))
      std::stable_sort(begin, binned.spikes.end(), before);
    std::size_t kept = first;
    for (std::size_t i = first; i < binned.spikes.size(); ++i) {
      Spike& spike = binned.spikes[i];
      if (grid.several == Several::one) spike.value = 1;
      if (kept > first && binned.spikes[kept - 1].step == spike.step &&
          binned.spikes[kept - 1].neuron == spike.neuron) {
        if (grid.several == Several::count) binned.spikes[kept - 1].value += spike.value;
        continue;
      }
      binned.spikes[kept++] = spike;
    }
    binned.spikes.resize(kept);
    binned.starts.push_back(binned.spikes.size());
  }
  return binned;
}

void Binned::fill(std::size_t which, std::uint64_t step, std::span<float> row) const {
  std::ranges::fill(row, 0.0f);
  const auto all = sample(which);
  auto at = std::ranges::lower_bound(all, step, {}, [](const Spike& s) { return std::uint64_t{s.step}; });
  for (; at != all.end() && at->step == step; ++at)
    if (at->neuron < row.size()) row[at->neuron] = at->value;
}

}  // namespace spikeloom::data
