#include "benchmarks/measure.h"

#include <algorithm>
#include <cmath>

namespace spikeloom::benchmarks {
namespace {

constexpr double kValue = 4e-3;  // seconds that one value takes at least

/// What looking at the clock adds to each time: the thread's clock is a system call.
double own_time(Clock clock) {
  double least = 1;
  for (int i = 0; i < 1000; ++i) least = std::min(least, seconds(clock, [] {}));
  return least;
}

}  // namespace

Spread spread(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

Spread ratio(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> ratios(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) ratios[i] = a[i] / b[i];
  return spread(std::move(ratios));
}

std::vector<std::vector<double>> take_turns(std::span<const std::function<void()>> functions,
                                            const std::function<void()>& before, int rounds, Clock clock,
                                            const std::function<void()>& after) {
  const double own = own_time(clock);
  std::vector<int> calls;
  for (const auto& f : functions) {
    before();
    f();  // first touch of everything
    before();
    calls.push_back(std::clamp(static_cast<int>(std::ceil(kValue / seconds(clock, f))), 1, 10000));
  }
  std::vector<std::vector<double>> values(functions.size());
  for (int round = 0; round < rounds; ++round) {
    for (std::size_t i = 0; i < functions.size(); ++i) {
      double sum = 0;
      if (calls[i] > 1) {
        before();
        functions[i]();
      }
      for (int call = 0; call < calls[i]; ++call) {
        before();
        sum += seconds(clock, functions[i]) - own;
      }
      values[i].push_back(sum / calls[i]);
    }
    after();
  }
  return values;
}

}  // namespace spikeloom::benchmarks
