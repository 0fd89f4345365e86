#include "session/pace.h"

#include <algorithm>
#include <utility>

namespace spikeloom {
namespace {

/// Blocks of a look, of which the quickest counts; not the first one: it wakes the helpers, touches memory
/// for the first time, or finds its rows in another core's cache, where the other way left them.
constexpr std::uint32_t kLook = 3;
/// Blocks from one look to the next: so many more each time that nothing has changed. A look may take twice
/// as long as what it is compared with.
constexpr std::uint32_t kLeastBetween = 32, kMostBetween = 256;
/// Of a new block in what is known of earlier ones: whoever helps now and then is worth his mean.
constexpr double kNew = 0.25;
/// By how much sharing must be quicker to be kept, and to be taken up again: the other core has other work,
/// too, and what is left to gain is soon lost to whoever uses it.
constexpr double kKept = 1.05, kTakenUp = 1.15;

/// ns of a block beside which it is little what waking a helper takes, some tens of microseconds. So sharing
/// is rarely wrong, and the first look, for which the one thread touches memory that it had not needed, may
/// wait.
constexpr double kLong = 5e5;

}  // namespace

bool Pace::shares(std::uint32_t steps) const {
  return prefers_shared_ != (look_ > 0 && steps == steps_);
}

bool Pace::are_long(std::uint32_t steps) const {
  return steps == steps_ && preferred_ns_ >= kLong;
}

void Pace::took(std::uint32_t steps, double ns) {
  if (steps > steps_) *this = {}, steps_ = steps;
  if (steps < steps_) return;
  if (is_cold_) {
    is_cold_ = false;
    return;
  }
  if (look_ > 0) {
    if (look_ < kLook) best_of_look_ = best_of_look_ == 0 ? ns : std::min(best_of_look_, ns);
    if (--look_ > 0) return;
    other_ns_ = std::exchange(best_of_look_, 0);
    between_looks_ = std::clamp(2 * between_looks_, kLeastBetween, kMostBetween);
    until_look_ = between_looks_;
    is_cold_ = true;
    decide();
    return;
  }
  preferred_ns_ = is_new_ ? ns : (1 - kNew) * preferred_ns_ + kNew * ns;
  is_new_ = false;
  if (--until_look_ == 0) {
    if (between_looks_ == kFirstLook && preferred_ns_ >= kLong)
      between_looks_ = until_look_ = kLeastBetween;
    else
      look_ = kLook;
  }
  decide();
}

void Pace::decide() {
  if (other_ns_ == 0) return;
  if (prefers_shared_ ? preferred_ns_ * kKept <= other_ns_ : preferred_ns_ <= other_ns_ * kTakenUp) return;
  prefers_shared_ = !prefers_shared_;
  std::swap(preferred_ns_, other_ns_);
  is_new_ = true;
  look_ = 0;
  between_looks_ = until_look_ = kLeastBetween;
}

}  // namespace spikeloom
