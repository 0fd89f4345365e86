// The levels of snnTorch's state_quant, in double.
#include <algorithm>
#include <cmath>

#include "equations/neuron.h"
#include "support/check.h"

namespace spikeloom {
namespace {

/// Sums of the first j + 1 of the powers, over the sum of all.
std::vector<double> shares(const std::vector<double>& powers) {
  std::vector<double> sums;
  double sum = 0;
  for (const double power : powers) sums.push_back(sum += power);
  for (double& s : sums) s /= sum;
  return sums;
}

double default_multiplier(int num_bits) {
  constexpr double kMultipliers[] = {0.05, 0.1, 0.3, 0.5, 0.7, 0.9, 0.925};
  return num_bits <= 7 ? kMultipliers[num_bits - 1] : 0.95;
}

}  // namespace

LevelTable quantizer_levels(int num_bits, bool uniform, bool threshold_centered, double threshold,
                            double lower_limit, double upper_limit, std::optional<double> multiplier) {
  SPIKELOOM_CHECK(num_bits >= 1 && num_bits <= 16, "equations", "bits of a quantiser are from 1 to 16");
  const std::size_t count = std::size_t{1} << num_bits;
  const double low = -threshold * (1 + lower_limit), high = threshold * (1 + upper_limit);
  std::vector<double> levels;
  if (uniform) {
    for (std::size_t j = 0; j < count; ++j)
      levels.push_back(low + (high - low) * static_cast<double>(j) / static_cast<double>(count - 1));
  } else {
    // Steps shrink towards the centre from both sides.
    const double centre = threshold_centered ? threshold : 0;
    const double m = multiplier.value_or(default_multiplier(num_bits));
    const double share = std::floor(static_cast<double>(count) * (centre - low) / (high - low));
    const auto below = static_cast<std::size_t>(std::fmin(std::fmax(share, 0), static_cast<double>(count)));
    const std::size_t above = count - below;
    std::vector<double> falling, rising;
    for (std::size_t i = 0; i < below; ++i) falling.push_back(std::pow(m, static_cast<double>(i)));
    for (std::size_t i = 0; i < above; ++i) rising.push_back(std::pow(m, static_cast<double>(above - 1 - i)));
    const std::vector<double> lower = shares(falling), upper = shares(rising);
    for (std::size_t j = 0; j < below; ++j)
      levels.push_back(j == 0 ? low : low + (centre - low) * lower[j - 1]);
    for (std::size_t j = 0; j < above; ++j) levels.push_back(centre + (high - centre) * upper[j]);
  }
  // A negative threshold turns the range around.
  std::ranges::sort(levels);
  LevelTable table;
  for (std::size_t j = 0; j < count; ++j) {
    table.levels.push_back(static_cast<float>(levels[j]));
    if (j > 0) table.midpoints.push_back(static_cast<float>((levels[j - 1] + levels[j]) / 2));
  }
  return table;
}

}  // namespace spikeloom
