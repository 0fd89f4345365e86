// The two clocks of a benchmark.
#pragma once

#include <time.h>

#include <algorithm>

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

/// The least of several tries, in time of the thread: a bound is what the machine can do, not what it does on
/// average.
template <class F>
double best(const F& f) {
  double least = 1e9;
  f();
  for (int i = 0; i < 7; ++i) least = std::min(least, seconds(Clock::thread, f));
  return least;
}

}  // namespace spikeloom::benchmarks
