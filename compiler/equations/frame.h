// The lines around a file's lines: refractory period, standard reset, quantiser, spike, output, delayed
// reset.
#pragma once

#include <string>
#include <vector>

#include "equations/text.h"

namespace spikeloom {

struct FrameLine {
  std::string name;
  Expression value;
};

/// The parameter slot of the refractory period, whose state has the name `refractory`. No line can write this
/// name.
inline constexpr const char* kRefractorySteps = "refractory (steps)";

/// Everything that runs in one step of the chosen variant, in order; locals that nobody reads are left out.
/// Names beside the file's are the frame's: held, before, fired, spike, output, late, refractory, graded,
/// winner, quantize.
std::vector<FrameLine> frame_lines(const NeuronModel& model, const CellChoice& choice);

/// The number of each option's chosen value; missing ones take their default.
Variant variant_of(const NeuronModel& model, const CellChoice& choice);
/// The chosen value of an option, "" if the model has no such option.
std::string chosen_value(const NeuronModel& model, const CellChoice& choice, std::string_view option);

}  // namespace spikeloom
