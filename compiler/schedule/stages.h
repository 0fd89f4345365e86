// What the stages of a plan are made of: sizes, bytes and drives, for predictions, profiles and people.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "schedule/cost.h"
#include "schedule/plan.h"

namespace spikeloom {

/// A layer with weights that a stage computes on its way.
struct StageDrive {
  enum class Of : std::uint8_t { linear, window, synapses };
  std::string layer;  // its node; that of the stage itself if it is a stage of its own
  std::string input;  // the signal it reads
  bool input_is_constant = false;
  bool input_is_bits = false;
  std::uint64_t fan_in = 0;
  std::uint64_t inputs = 0;        // elements of what it reads
  std::uint64_t sums = 0;          // that it makes
  std::uint64_t weight_bytes = 0;  // as they are packed
  bool may_be_dense = false;
  double dense_from = 1;  // share of active inputs from which it is computed densely
  Of of = Of::linear;
  std::uint64_t padded_sums = 0;  // of a convolution: with what fills up its channels
  std::uint64_t synapses = 0;     // of a layer that lists them; else fan_in x sums
};

struct StageShape {
  std::string name;                  // of the node
  std::string kernel;                // symbol of its code
  std::vector<std::string> inlined;  // nodes that its equations hold
  std::string alone;                 // of a linear layer that is a stage of its own: why; else ""
  std::uint64_t neurons = 0;
  std::uint64_t operations = 0;  // of one neuron's equations in a step
  std::uint32_t steps = 1;       // that run together
  std::uint32_t panel = 0;       // neurons that run them before the next ones do; 0: all
  bool once = false;             // depends on constants alone
  bool whole = false;            // all its neurons must be computed in one call
  double shared_ns = 0;          // predicted of one sample's step with few spikes: what threads count on
  bool spikes = false;
  std::vector<StageDrive> drives;
  std::uint64_t weight_bytes = 0, parameter_bytes = 0;  // shared by all sessions
  std::uint64_t state_bytes = 0;                        // of a sample
  std::uint64_t buffer_bytes = 0;                       // of a sample: its output's steps, and what it keeps
};

struct PlanShape {
  std::string name;
  unsigned lanes = 1;
  std::uint32_t block_steps = 1;
  std::uint32_t group = 1;  // samples that share a panel of weights while it is near
  std::uint64_t shared_bytes = 0, sample_bytes = 0, thread_bytes = 0;
  std::vector<StageShape> stages;  // in the order in which they run
};

PlanShape shape_of(const Plan& plan);

/// Share of the inputs of a drive that are active in a step.
using DensityOf = std::function<double(const StageDrive&)>;

/// What a stage does in a step for one sample, and what that costs when `batch` samples run.
struct StageWork {
  Cost predicted;
  std::uint64_t operations = 0;  // of equations
  double synaptic = 0;           // operations: synapses of active inputs, or all of them where dense
  double bytes = 0;              // of weights that are read
  bool is_dense = false;         // any drive
};
StageWork work_of(const MachineCosts& costs, const PlanShape& plan, const StageShape& stage,
                  std::uint32_t batch, const DensityOf& density);

/// Writes into the plan what threads may count on: how long each stage takes at the least, of networks that
/// are as silent as most.
void predict_work(Plan& plan, const MachineCosts& costs);

}  // namespace spikeloom
