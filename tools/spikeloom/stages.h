// The stages of the compiler as a user may look at them: their text (--dump), and their time (--time-stages).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "options.h"
#include "spikeloom/result.h"

namespace spikeloom::tool {

struct Network;
struct TargetChoice;
class Terminal;

struct StageTime {
  std::string stage;
  double seconds;
};
using StageTimes = std::vector<StageTime>;

/// Does `work`, and notes how long it took.
template <class Work>
auto timed(StageTimes* times, const char* stage, Work work) {
  const auto start = std::chrono::steady_clock::now();
  auto value = work();
  if (times)
    times->push_back(
        {stage, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count()});
  return value;
}

struct StageChoice {
  std::vector<std::string> dump;
  bool times = false;
  /// Returns --dump, which verbs with other forms of output exclude.
  Option declare(OptionSet& set);

  /// The texts that were asked for, one after the other, on stdout.
  Result<void> show(const Network& network, const TargetChoice& target, const Terminal& terminal) const;
  /// On stderr, if asked for.
  void say_times(const StageTimes& times, const Terminal& terminal) const;
};

}  // namespace spikeloom::tool
