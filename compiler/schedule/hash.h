// A number by which a saved session knows its own program.
#pragma once

#include <cstdint>

#include "schedule/plan.h"

namespace spikeloom {

/// Of structure and constants; not of names, vector width or seed.
std::uint64_t hash_of(const Plan& plan);

}  // namespace spikeloom
