// Ranges as a user writes them: neurons, steps, samples.
#pragma once

#include <cstdint>
#include <string>

#include "spikeloom/result.h"

namespace spikeloom::tool {

struct Interval {
  std::uint64_t first = 0, end = UINT64_MAX;
};

/// "100:200", ":200", "100:", "7"; `option` is named in the error.
Result<Interval> interval_of(const std::string& text, const char* option);

}  // namespace spikeloom::tool
