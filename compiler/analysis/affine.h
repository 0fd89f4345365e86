// Which states are affine functions of the states, once conditions are taken as given.
#pragma once

#include <vector>

#include "equations/cell.h"

namespace spikeloom {

/// Per state of the cell: whether the value that a step gives it is a sum of multiples of the states that the
/// step begins with, plus what does not depend on them. Between two changes of its conditions such a state
/// can be advanced over many steps at once.
std::vector<bool> affine_states(const Cell& cell);

}  // namespace spikeloom
