// Signals by name, with a message that helps when there is none.
#pragma once

#include <string_view>

#include "spikeloom/loaded_program.h"
#include "spikeloom/result.h"

namespace spikeloom {

/// A node's signal or an input of that name, else a graph output's.
Result<const spikeloom_signal*> find_signal(const Program& program, std::string_view name);

/// "no such ..." with the nearest of the names for which `fits` holds, or all of them.
Error unknown_name(const Program& program, std::string_view what, std::string_view name,
                   bool (*fits)(const spikeloom_signal&));

}  // namespace spikeloom
