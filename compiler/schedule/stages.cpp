#include "schedule/stages.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "schedule/constants.h"
#include "schedule/window_cost.h"
#include "support/check.h"

namespace spikeloom {
namespace {

/// Share of active inputs that a prediction counts on where it must not be too high.
constexpr double kQuiet = 0.01;

class Reader {
 public:
  explicit Reader(const Plan& plan) : plan_(plan) {
    for (const PlanSignal& s : plan.signals)
      if (s.role != SPIKELOOM_OUTPUT) name_.try_emplace(s.buffer, &s);
  }

  /// What a prediction needs; takes no look at all signals.
  StageShape work(std::uint32_t index) const {
    const spikeloom_stage& stage = plan_.stages[index];
    StageShape shape;
    shape.name = plan_.stage_names[index];
    shape.kernel = plan_.kernels[stage.kernel].symbol;
    shape.neurons = stage.sizes[0];
    shape.whole = stage.whole != 0;
    shape.shared_ns = stage.work * 1e-3;
    shape.alone = plan_.alone[index];
    shape.inlined = plan_.inlined[index];
    const auto* cell = std::get_if<CellKernel>(&plan_.kernels[stage.kernel].kind);
    if (cell) {
      shape.panel = stage.sizes[2];
      shape.spikes = cell->cell.spikes();
      shape.operations = static_cast<std::uint64_t>(
          std::ranges::count_if(cell->cell.nodes, [](const ExprNode& n) { return arity(n.op) > 0; }));
      for (const CellKernel::State s : cell->states)
        shape.state_bytes +=
            row_bytes(shape.neurons, s == CellKernel::State::counter ? SPIKELOOM_BYTES : SPIKELOOM_FLOAT);
      add_drives(*cell, index, shape);
    }
    const KernelKind& kind = plan_.kernels[stage.kernel].kind;
    if (const auto* convolution = std::get_if<ConvolutionKernel>(&kind))
      add_drive(*convolution, index, shape);
    if (const auto* sparse = std::get_if<SparseKernel>(&kind)) add_drive(*sparse, index, shape);
    return shape;
  }

  StageShape stage(std::uint32_t index) const {
    const spikeloom_stage& stage = plan_.stages[index];
    StageShape shape = work(index);
    shape.state_bytes = 0;
    const auto* sparse = std::get_if<SparseKernel>(&plan_.kernels[stage.kernel].kind);
    // A linear source is five operands; what else is constant belongs to the equations.
    std::uint64_t constants = 0, own = 0;
    for (std::uint32_t i = 0; i < stage.operands; ++i) {
      const spikeloom_buffer& b = buffer(stage, i);
      if (b.memory == SPIKELOOM_CONSTANT) constants += b.row_bytes;
    }
    // Sums that are emptied are no signal: what is seen of them is written for those who look.
    if (sparse && sparse->emptied) own += bytes_of_sample(plan_.operands[stage.first_operand + 5].buffer);
    for (const PlanSignal& s : plan_.signals)
      if (s.name == shape.name && s.role != SPIKELOOM_OUTPUT && s.role != SPIKELOOM_INPUT)
        own += bytes_of_sample(s.buffer);
    for (const PlanSignal& s : plan_.signals)
      if (s.role == SPIKELOOM_NEURON_STATE && s.name.starts_with(shape.name + ".")) {
        shape.state_bytes += bytes_of_sample(s.buffer);
        if (s.history != SPIKELOOM_NONE) own += bytes_of_sample(s.history);
      }
    shape.parameter_bytes = constants - std::min(constants, shape.weight_bytes);
    shape.buffer_bytes = own;
    return shape;
  }

 private:
  const spikeloom_buffer& buffer(const spikeloom_stage& stage, std::uint32_t operand) const {
    return plan_.buffers[plan_.operands[stage.first_operand + operand].buffer];
  }

  /// Of memory that is held whether or not anybody looks.
  std::uint64_t bytes_of_sample(std::uint32_t id) const {
    const spikeloom_buffer& b = plan_.buffers[id];
    return b.memory == SPIKELOOM_STATE ? b.row_bytes * b.slots : 0;
  }

  template <std::size_t n>
  void read_words(const spikeloom_buffer& from, std::uint32_t (&words)[n]) const {
    std::memcpy(words, plan_.constants->data() + from.offset, sizeof words);
  }

  void add_drive(const ConvolutionKernel& kernel, std::uint32_t index, StageShape& shape) const {
    const spikeloom_stage& stage = plan_.stages[index];
    std::uint32_t grid[kGridFacts], facts[kDriveFacts];
    read_words(buffer(stage, 1), grid);
    read_words(buffer(stage, 7), facts);
    StageDrive drive = drive_from(stage, 0, kernel.input);
    drive.layer = plan_.fused[index].empty() ? shape.name : plan_.fused[index].front();
    drive.of = StageDrive::Of::window;
    drive.fan_in = facts[kFanIn];
    drive.inputs = grid[kInputs];
    drive.sums = std::uint64_t{grid[kGroups]} * grid[kOutOfGroup] * grid[kRowsOut] * grid[kColumnsOut];
    drive.padded_sums = std::uint64_t{grid[kGroups]} * grid[kStrip] * grid[kRowsOut] * grid[kColumnsOut];
    drive.weight_bytes = buffer(stage, 5).row_bytes;
    drive.may_be_dense = kernel.may_be_dense;
    drive.dense_from = facts[kDenseFrom] / 65536.0;
    shape.weight_bytes += drive.weight_bytes;
    shape.drives.push_back(std::move(drive));
  }

  void add_drive(const SparseKernel& kernel, std::uint32_t index, StageShape& shape) const {
    const spikeloom_stage& stage = plan_.stages[index];
    StageDrive drive = drive_from(stage, 0, kernel.input);
    drive.layer = shape.name;
    drive.of = StageDrive::Of::synapses;
    drive.inputs = buffer(stage, 0).count;
    drive.sums = shape.neurons;
    const spikeloom_buffer& starts = buffer(stage, 2);  // the last word is their end
    std::uint32_t synapses = 0;
    std::memcpy(&synapses, plan_.constants->data() + starts.offset + (starts.count - 1) * sizeof synapses,
                sizeof synapses);
    drive.synapses = synapses;
    drive.fan_in = synapses / std::max<std::uint64_t>(drive.sums, 1);
    for (std::uint32_t i = 2; i < 5; ++i) drive.weight_bytes += buffer(stage, i).row_bytes;
    shape.weight_bytes += drive.weight_bytes;
    shape.drives.push_back(std::move(drive));
  }

  /// A drive of what an operand reads.
  StageDrive drive_from(const spikeloom_stage& stage, std::uint32_t operand,
                        spikeloom_element element) const {
    StageDrive drive;
    drive.input_is_bits = element == SPIKELOOM_BITS;
    const std::uint32_t from = plan_.operands[stage.first_operand + operand].buffer;
    if (const auto known = name_.find(from); known != name_.end()) {
      drive.input = known->second->name;
      drive.input_is_constant = known->second->constant;
    }
    return drive;
  }

  void add_drives(const CellKernel& cell, std::uint32_t index, StageShape& shape) const {
    const spikeloom_stage& stage = plan_.stages[index];
    std::uint32_t operand = 0;
    std::size_t layer = 0;
    for (const auto& port : cell.ports)
      for (const CellKernel::Read& read : port) {
        if (!read.linear) {
          operand += read.emptied ? 2 : 1;
          continue;
        }
        StageDrive drive = drive_from(stage, operand, read.element);
        drive.layer = layer < plan_.fused[index].size() ? plan_.fused[index][layer++] : shape.name;
        drive.weight_bytes = buffer(stage, operand + 1).row_bytes;
        drive.may_be_dense = read.may_be_dense;
        std::uint32_t facts[kDriveFacts];
        std::memcpy(facts, plan_.constants->data() + buffer(stage, operand + 3).offset, sizeof facts);
        drive.fan_in = facts[kFanIn];
        drive.inputs = drive.fan_in;
        drive.sums = stage.sizes[0];
        drive.dense_from = facts[kDenseFrom] / 65536.0;
        shape.weight_bytes += drive.weight_bytes;
        shape.drives.push_back(std::move(drive));
        operand += 5;
      }
  }

  const Plan& plan_;
  std::map<std::uint32_t, const PlanSignal*> name_;
};

/// visit(stage, once, steps that it runs together)
template <class Visit>
void each_stage(const Plan& plan, Visit visit) {
  for (const spikeloom_segment& segment : plan.segments)
    for (std::uint32_t k = segment.first_stage; k < segment.first_stage + segment.stages; ++k)
      visit(k, segment.once != 0,
            segment.once           ? 1u
            : segment.longest == 0 ? plan.block_steps
                                   : std::min(segment.longest, plan.block_steps));
}

}  // namespace

PlanShape shape_of(const Plan& plan) {
  PlanShape shape{plan.name,
                  plan.target.lanes,
                  plan.block_steps,
                  plan.group,
                  plan.constants->size(),
                  plan.arena_per_sample,
                  plan.scratch_per_sample * plan.group,
                  {}};
  const Reader reader(plan);
  each_stage(plan, [&](std::uint32_t k, bool once, std::uint32_t steps) {
    StageShape stage = reader.stage(k);
    stage.once = once;
    stage.steps = steps;
    shape.stages.push_back(std::move(stage));
  });
  return shape;
}

static Cost cost_of(const MachineCosts& costs, const StageDrive& drive, std::uint64_t rows,
                    std::uint64_t panel, double active, bool dense) {
  const bool bits = drive.input_is_bits;
  switch (drive.of) {
    case StageDrive::Of::window:
      return window_cost(costs, {drive.inputs, drive.fan_in, drive.padded_sums, bits}, active, dense);
    case StageDrive::Of::synapses:
      return synapses_cost(costs, {drive.inputs, drive.synapses, drive.sums, drive.weight_bytes, bits},
                           active);
    case StageDrive::Of::linear:
      break;
  }
  const DriveShape shape{drive.fan_in, drive.sums, rows, panel, bits};
  return dense ? dense_cost(costs, shape, active) : event_cost(costs, shape, active);
}

StageWork work_of(const MachineCosts& costs, const PlanShape& plan, const StageShape& stage,
                  std::uint32_t batch, const DensityOf& density) {
  StageWork work;
  Cost largest;
  const auto add = [&](Cost part) {
    if (part.ns > largest.ns) largest = part;
    work.predicted.ns += part.ns;
  };
  const std::uint64_t rows = std::uint64_t{std::clamp(batch, 1u, plan.group)} * stage.steps;
  for (const StageDrive& drive : stage.drives) {
    const double active = density(drive);
    const bool dense = drive.may_be_dense && active >= drive.dense_from;
    add(cost_of(costs, drive, rows, stage.panel, active, dense));
    work.is_dense = work.is_dense || dense;
    const double all = drive.of == StageDrive::Of::synapses
                           ? static_cast<double>(drive.synapses)
                           : static_cast<double>(drive.fan_in) * static_cast<double>(drive.sums);
    work.synaptic += dense ? all : all * active;
    work.bytes +=
        static_cast<double>(drive.weight_bytes) * (dense ? 1.0 / static_cast<double>(rows) : active);
  }
  work.operations = stage.operations * stage.neurons;
  const std::uint64_t state_bytes = stage.state_bytes / std::max<std::uint64_t>(stage.neurons, 1);
  add(update_cost(costs, stage.neurons, stage.operations, state_bytes, stage.steps));
  work.predicted.bound = largest.bound;
  return work;
}

void predict_work(Plan& plan, const MachineCosts& costs) {
  PlanShape all;
  all.group = plan.group;
  const Reader reader(plan);
  const auto density = [](const StageDrive& drive) { return drive.input_is_constant ? 1.0 : kQuiet; };
  each_stage(plan, [&](std::uint32_t k, bool, std::uint32_t steps) {
    StageShape stage = reader.work(k);
    stage.steps = steps;
    const double ps = work_of(costs, all, stage, plan.group, density).predicted.ns * 1e3;
    plan.stages[k].work = static_cast<std::uint32_t>(std::clamp(ps, 0.0, static_cast<double>(UINT32_MAX)));
  });
}

}  // namespace spikeloom
