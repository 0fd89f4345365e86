// Whether sharing blocks is quicker than not, as it turns out: the plan's prediction knows neither what else
// runs on the other cores nor how soon a sleeping thread is woken. Pure; results never depend on it.
#pragma once

#include <cstdint>

namespace spikeloom {

/// Shares until that was seen to gain next to nothing, and looks at the way not taken now and then.
class Pace {
 public:
  /// Whether the next block of so many steps is to be shared.
  bool shares(std::uint32_t steps) const;
  /// Whether blocks of so many steps are known to last so long that a helper who sleeps comes in time.
  bool are_long(std::uint32_t steps) const;
  /// How long that took. Only the longest blocks count: others have other costs for each step.
  void took(std::uint32_t steps, double ns);

 private:
  void decide();

  bool prefers_shared_ = true;
  bool is_cold_ = true;  // the next block touches its memory for the first time, or again after another core
  bool is_new_ = true;   // what is known of the way preferred is older than the choice
  std::uint32_t steps_ = 0;
  std::uint32_t until_look_ = kFirstLook, between_looks_ = kFirstLook, look_ = 0;
  double preferred_ns_ = 0, other_ns_ = 0, best_of_look_ = 0;  // of a block; 0: not known

  static constexpr std::uint32_t kFirstLook = 8;
};

}  // namespace spikeloom
