// Whether a session that may use two threads is ever slower than one that may not.
#pragma once

#include <regex>

namespace spikeloom::benchmarks {

/// Runs networks of every form, those of the workloads, small ones and those that ship in graphs/, at batches
/// from 1 to 128: one program, two sessions, in alternating pairs. Prints a line each, how
/// many were slower, and these once more with more pairs. Returns 0 if all ended in the same state.
int compare_threads(const std::regex& filter, int pairs);

}  // namespace spikeloom::benchmarks
