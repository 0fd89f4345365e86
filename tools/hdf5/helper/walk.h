// Every object of a file, handed on as it is met.
#pragma once

#include <vector>

#include "hdf5/helper/values.h"
#include "hdf5/read.h"
#include "hdf5/wire.h"

namespace spikeloom::hdf5 {

/// Throws Refusal.
void walk(hid_t file, const std::vector<Part>& parts, Budget& budget, Encoder& out);

}  // namespace spikeloom::hdf5
