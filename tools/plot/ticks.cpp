#include "plot/ticks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

namespace spikeloom::plot {
namespace {

constexpr const char* kThinSpace = "\u2009";
constexpr const char* kMinus = "\u2212";

std::string fixed(double value, int decimals) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.*f", decimals, value);
  return text.data();
}

/// "-12500.5" as "−12 500.5".
std::string typeset(const std::string& number) {
  std::string sign, digits = number, rest;
  if (digits.starts_with('-')) {
    sign = kMinus;
    digits.erase(0, 1);
  }
  if (const auto end = digits.find_first_not_of("0123456789"); end != std::string::npos) {
    rest = digits.substr(end);
    digits.resize(end);
  }
  std::string spaced;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    // Four digits are read at a glance: 1000, but 10 000.
    if (i > 0 && digits.size() > 4 && (digits.size() - i) % 3 == 0) spaced += kThinSpace;
    spaced += digits[i];
  }
  return sign + spaced + rest;
}

std::string label_of(double value, double step) {
  const double size = std::max(std::abs(value), step);
  if (value == 0) return "0";
  if (size >= 1e7 || step < 1e-5) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "%.4g", value);
    return typeset(text.data());
  }
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return typeset(fixed(value, decimals));
}

}  // namespace

std::vector<Tick> nice_ticks(double low, double high, int wanted, bool whole) {
  if (!std::isfinite(low) || !std::isfinite(high) || !(low < high) || !std::isfinite(high - low)) return {};
  const double rough = (high - low) / std::max(1, wanted);
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = power * 10;
  for (const double factor : {1.0, 2.0, 5.0})
    if (power * factor >= rough * 0.999) {
      step = power * factor;
      break;
    }
  if (whole) step = std::max(1.0, std::round(step));
  if (!(step > 0)) return {};

  std::vector<Tick> ticks;
  const double slack = (high - low) * 1e-9;
  const double first = std::ceil((low - slack) / step), last = std::floor((high + slack) / step);
  for (double i = first; i <= last && ticks.size() < 100; i += 1) {
    const double value = i * step;
    ticks.push_back({value, label_of(value, step)});
    if (i + 1 == i) break;  // a range so far out that the steps are lost to rounding
  }
  return ticks;
}

std::string grouped(double whole_number) {
  return typeset(fixed(whole_number, 0));
}

Range padded(double low, double high, double margin) {
  if (!std::isfinite(low) || !std::isfinite(high) || low > high) return {0, 1};
  double span = high - low;
  if (span == 0) span = std::max(std::abs(high), 1.0);
  return {low - span * margin, high + span * margin};
}

}  // namespace spikeloom::plot
