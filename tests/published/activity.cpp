#include "published/activity.h"

#include <cmath>
#include <numbers>

namespace spikeloom::published {
namespace {

constexpr double kStep = 1e-4;  // s

/// Sums of `width` steps.
std::vector<double> binned(const std::vector<std::uint32_t>& spikes, std::size_t width) {
  std::vector<double> bins(spikes.size() / width);
  for (std::size_t i = 0; i < bins.size() * width; ++i) bins[i / width] += spikes[i];
  return bins;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double x : values) sum += x;
  return sum / static_cast<double>(values.size());
}

double peak_of_spectrum(const std::vector<double>& bins, double width) {
  const double mean = mean_of(bins);
  double most = 0, peak = 0;
  for (double hz = 10; hz <= 500; hz += 2) {
    double re = 0, im = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
      const double phase = 2 * std::numbers::pi * hz * width * static_cast<double>(i);
      re += (bins[i] - mean) * std::cos(phase);
      im += (bins[i] - mean) * std::sin(phase);
    }
    if (re * re + im * im > most) {
      most = re * re + im * im;
      peak = hz;
    }
  }
  return peak;
}

}  // namespace

Result<void> Activity::record(const Block& block) {
  neurons_.resize(block.neurons);
  std::vector<std::uint32_t> fired;
  for (std::uint32_t s = 0; s < block.steps; ++s) {
    const std::uint64_t step = block.first_step + s;
    if (step < first_step_) continue;
    block.spikes(s, 0, fired);
    spikes_.push_back(static_cast<std::uint32_t>(fired.size()));
    for (const std::uint32_t j : fired) {
      Neuron& neuron = neurons_[j];
      if (neuron.last > 0) {
        const auto interval = static_cast<double>(step + 1 - neuron.last);
        neuron.intervals += 1;
        neuron.sum += interval;
        neuron.squares += interval * interval;
      }
      neuron.last = step + 1;
    }
  }
  return {};
}

Statistics Activity::statistics() const {
  Statistics found;
  double spikes = 0;
  for (const std::uint32_t n : spikes_) spikes += n;
  found.rate = spikes / static_cast<double>(neurons_.size()) / (static_cast<double>(spikes_.size()) * kStep);
  double regular = 0, counted = 0;
  for (const Neuron& n : neurons_) {
    if (n.intervals < 3) continue;
    const double mean = n.sum / n.intervals;
    regular += std::sqrt(std::fmax(n.squares / n.intervals - mean * mean, 0)) / mean;
    counted += 1;
  }
  found.cv = regular / std::fmax(counted, 1);
  const std::vector<double> ms = binned(spikes_, 10);
  const double mean = mean_of(ms);
  double variance = 0;
  for (const double x : ms) variance += (x - mean) * (x - mean);
  found.fano = variance / static_cast<double>(ms.size()) / mean;
  found.frequency = peak_of_spectrum(binned(spikes_, 5), 5 * kStep);
  return found;
}

}  // namespace spikeloom::published
