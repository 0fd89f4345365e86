// The file in which Linux `perf` looks for the names of code that has none.
#pragma once

#include <filesystem>

#include "native/loader.h"
#include "schedule/plan.h"

namespace spikeloom {

/// A line for each function: address, size, symbol and, of a kernel, the nodes that run it. The file must not
/// exist yet: its usual name can be guessed, and others may have put something there.
Result<void> write_perf_map(const std::filesystem::path& file, const Plan& plan, const Objects& objects,
                            const LoadedCode& code);

}  // namespace spikeloom
