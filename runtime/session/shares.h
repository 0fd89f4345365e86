// Who does what when a block of steps is shared by threads: decided from the work that the plan predicts, so
// that threads only take part where that pays. Pure functions; results never depend on them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "spikeloom/program.h"
#include "spikeloom/session.h"

namespace spikeloom {

/// What sharing must know of a stage.
struct StageLoad {
  double ns = 0;  // predicted, of one sample's step
  std::uint32_t neurons = 0;
  std::uint32_t longest = 0;  // steps of a call; 0: all of the block
  bool is_whole = false;      // all neurons must be computed in one call
};

/// The stages that run in every block.
std::vector<StageLoad> loads_of(const spikeloom_table& table);

/// A part of less work is not worth handing over: the other core takes it up some microseconds later, and the
/// prediction may be off by a factor.
inline constexpr double kLeastShareNs = 20e3;
/// What handing over costs, both ways.
inline constexpr double kHandOverNs = 2e3;

class Shares {
 public:
  Shares() : Shares({}, 1, 1) {}
  /// `threads`: at most, the caller's included.
  Shares(std::vector<StageLoad> stages, std::uint32_t batch, unsigned threads,
         Sharing sharing = Sharing::where_it_pays);

  struct Choice {
    enum class Of : std::uint8_t { nothing, samples, neurons } of = Of::nothing;
    unsigned threads = 1;
  };
  Choice choose(std::uint32_t steps) const;

  /// Threads that share one call of a stage by its neurons.
  unsigned threads_of_call(const StageLoad& stage, std::uint32_t steps) const;

  /// Neurons of each part of such a call: a multiple of 64.
  static std::uint32_t neurons_of_part(std::uint32_t neurons, unsigned threads);
  /// Samples of each part: few enough to level out who is faster, enough to share the weights they read.
  static std::uint32_t samples_of_part(std::uint32_t batch, unsigned threads, std::uint32_t steps);

  const std::vector<StageLoad>& stages() const { return stages_; }
  unsigned threads() const { return threads_; }

 private:
  std::vector<StageLoad> stages_;
  std::uint32_t batch_;
  unsigned threads_;
  Sharing sharing_;
};

}  // namespace spikeloom
