// The two clocks of a benchmark.
#pragma once

#include <time.h>

#include <algorithm>
#include <array>

namespace spikeloom::benchmarks {

/// Of one thread, while it runs: what other programs take of its core in between is not counted. Of several
/// threads, the time that passes.
enum class Clock { thread, wall };

inline double now(Clock clock) {
  timespec t{};
  clock_gettime(clock == Clock::thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

/// Seconds of a call, the clock's own time included.
template <class F>
double seconds(Clock clock, const F& f) {
  const double start = now(clock);
  f();
  return now(clock) - start;
}

/// The middle one of three calls behind a first one, in time of the thread: what it takes now.
template <class F>
double middle(const F& f) {
  f();
  std::array<double, 3> times;
  for (double& time : times) time = seconds(Clock::thread, f);
  std::ranges::sort(times);
  return times[1];
}

}  // namespace spikeloom::benchmarks
