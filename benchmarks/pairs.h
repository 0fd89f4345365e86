// Two ways of doing the same thing, timed in turn: A B A B ... so that a drifting machine moves both.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace spikeloom::benchmarks {

template <class F>
double seconds(const F& f) {
  const auto start = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Runs the pair once an iteration; the time of the row is the first one's. Counters:
///   unit_a, unit_b   median time of one unit of work, in seconds (printed with its prefix)
///   ratio            median of a / b, with its smallest and largest value
template <class A, class B>
void time_pairs(benchmark::State& state, double units, const A& a, const B& b) {
  std::vector<double> as, bs, ratios;
  a();
  b();
  for (auto _ : state) {
    as.push_back(seconds(a));
    bs.push_back(seconds(b));
    ratios.push_back(as.back() / bs.back());
    state.SetIterationTime(as.back());
  }
  state.counters["compiled"] = benchmark::Counter(median(as) / units);
  state.counters["handwritten"] = benchmark::Counter(median(bs) / units);
  state.counters["ratio"] = median(ratios);
  state.counters["ratio_min"] = *std::min_element(ratios.begin(), ratios.end());
  state.counters["ratio_max"] = *std::max_element(ratios.begin(), ratios.end());
}

}  // namespace spikeloom::benchmarks
