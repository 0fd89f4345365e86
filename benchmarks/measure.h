// Several ways of doing the same thing, timed in turn: A B A B ... so that a drifting machine moves all.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "machine/clock.h"

namespace spikeloom::benchmarks {

struct Spread {
  double median = 0, low = 0, high = 0;
};

Spread spread(std::vector<double> values);
/// Of a[i] / b[i].
Spread ratio(const std::vector<double>& a, const std::vector<double>& b);

/// Seconds of one call of each function, `rounds` values each. A value is the mean of as many calls as take a
/// few milliseconds, behind one that does not count: the other functions have filled the caches. `before` is
/// called before each of them, outside the time, and `after` behind each round.
std::vector<std::vector<double>> take_turns(
    std::span<const std::function<void()>> functions, const std::function<void()>& before, int rounds,
    Clock clock, const std::function<void()>& after = [] {});

}  // namespace spikeloom::benchmarks
