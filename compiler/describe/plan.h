// How a network will run, for people and programs.
#pragma once

#include <string>

#include "schedule/stages.h"

namespace spikeloom {

/// What predictions assume.
struct PlanView {
  MachineCosts costs;
  std::uint32_t batch = 1;
  double density = 0.1;  // share of the inputs of every drive that are active in a step
  unsigned threads = 1;  // at most
};

/// A table of the stages: what each computes, how many steps and neurons at a time, with which drive, in how
/// many bytes, how long it should take and what limits it.
std::string describe_plan_text(const PlanShape& plan, const PlanView& view);

/// The same facts as one JSON object.
std::string describe_plan_json(const PlanShape& plan, const PlanView& view);

}  // namespace spikeloom
