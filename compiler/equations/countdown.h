// States that count down to zero, as the refractory counter does: whole numbers, mostly small ones.
#pragma once

#include <cstddef>
#include <optional>

#include "equations/cell.h"

namespace spikeloom {

/// next = condition ? start : max(state - 1, 0), with a fixed value or a literal as the start.
struct Countdown {
  NodeId next, start, left;  // `left` is the maximum
};

/// Empty for any other state.
std::optional<Countdown> countdown(const Cell& cell, std::size_t state);

}  // namespace spikeloom
