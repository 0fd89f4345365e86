// What a NIR file does not say, on the command line.
#pragma once

#include <string>

#include "nir/options.h"

namespace spikeloom::tool {

class OptionSet;

struct NirChoice {
  std::string dt, integrator, reset, loop_cut, from;
  void declare(OptionSet& set);
  nir::Options options() const;
};

/// Seconds of "0.1" (ms), "0.1ms", "1e-4s", "100us"; nothing if it is none of these or not above 0.
std::optional<double> seconds_of(const std::string& text);

}  // namespace spikeloom::tool
