// What the reader of a neuron file hands to the checker beside the model: places, and what could not be read.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "equations/text.h"

namespace spikeloom {

struct Declarations {
  Place file;
  std::vector<Place> parameters, options, ports, states;  // as in the model
  std::vector<Place> given;                               // per group
  bool default_port = false;                              // the file does not say which inputs there are
  /// A line could not be read: what it would have used or defined must not be reported as missing.
  bool broken = false;
  std::set<std::string, std::less<>> broken_names;
};

/// Words no declaration and no line may take: of the language, of the frame, and the node's own fields.
bool is_reserved(std::string_view name);

/// Checks the model over every combination of its options; see equations.md, sections 3, 4 and 6.
void check_neuron(const NeuronModel& model, const NeuronText& text, const Declarations& declared,
                  Report& report);

}  // namespace spikeloom
