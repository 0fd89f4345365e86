// Counts what this process takes: memory and locks, whoever asks for them.
#pragma once

#include <cstdint>

namespace spikeloom::steady {

/// Calls of malloc and its kin (operator new ends there), frees, and locks taken, by all libraries.
struct Counts {
  std::uint64_t allocations = 0, frees = 0, locks = 0;
};

/// From here on; before, nothing is counted.
void start_counting();
Counts stop_counting();

}  // namespace spikeloom::steady
