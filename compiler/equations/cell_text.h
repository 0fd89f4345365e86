// A cell written by a layer: lines in the language of neurons, without a neuron file around them.
#pragma once

#include <string>
#include <vector>

#include "equations/cell.h"

namespace spikeloom {

/// What the lines of a layer's cell see, and the lines themselves, run top to bottom. Each assigns a state, a
/// new name, or, last, `output`: a condition as output makes a cell that spikes.
struct CellText {
  std::vector<std::string> ports, parameters;
  std::vector<CellState> states;  // 0 at the start
  std::vector<PrintedLine> lines;
};
Cell cell_of(const CellText& text);

}  // namespace spikeloom
