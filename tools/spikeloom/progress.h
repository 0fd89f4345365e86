// A progress bar with the time that is left. Silent where stderr is not a terminal.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "spikeloom/terminal.h"

namespace spikeloom::tool {

class Progress {
 public:
  /// `total` in `unit`s ("steps").
  Progress(const Terminal& terminal, std::uint64_t total, std::string unit);
  ~Progress();  // removes the bar
  void update(std::uint64_t done);

 private:
  using Clock = std::chrono::steady_clock;
  const Terminal& terminal_;
  std::uint64_t total_;
  std::string unit_;
  Clock::time_point start_, next_draw_;
  bool is_shown_ = false;
};

/// The line itself: "[#####.....]  50 %  500 / 1000 steps  1.2 s left", no wider than `columns`.
std::string progress_line(std::uint64_t done, std::uint64_t total, const std::string& unit, double seconds,
                          unsigned columns);

/// "850 us", "12.3 ms", "4.2 s", "3 min 05 s", "2 h 10 min"
std::string duration_text(double seconds);

}  // namespace spikeloom::tool
