// Ctrl-C as a stop token.
#pragma once

#include <stop_token>

namespace spikeloom::tool {

/// From now on SIGINT and SIGTERM request a stop; a second one ends the process at once. Call it before any
/// thread starts, at most once in a process.
std::stop_token stop_on_interrupt();

}  // namespace spikeloom::tool
