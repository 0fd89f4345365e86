// When two stages may share code.
#pragma once

#include <string>

#include "schedule/plan.h"

namespace spikeloom {

/// Canonical text of a kernel's structure: equal keys, equal code.
std::string kernel_key(const KernelKind& kind);

/// A name for the kernel's function: its kind and number, safe in object files.
std::string kernel_symbol(const KernelKind& kind, std::size_t number);

}  // namespace spikeloom
