// What one core of this machine does in a nanosecond.
#pragma once

#include <functional>

#include "schedule/cost.h"
#include "spikeloom/result.h"

namespace spikeloom::machine {

/// Takes a few seconds and up to half a gigabyte. `progress` is told what is done, of how much.
Result<MachineCosts> measure(const std::function<void(unsigned done, unsigned total)>& progress);

}  // namespace spikeloom::machine
