// Sliding windows in plain loops.
#pragma once

#include <span>

#include "model/model.h"

namespace spikeloom::reference {

/// One sample: x [in channels][rows][columns], y [out channels][rows][columns].
void convolve(const Convolution& c, std::span<const float> x, std::span<float> y);
void pool(const Pool& p, std::span<const float> x, std::span<float> y);

}  // namespace spikeloom::reference
