#include <set>

#include "schedule/constants.h"
#include "schedule/plan.h"
#include "support/check.h"

namespace spikeloom {
namespace {

void check(bool holds, const char* what) {
  SPIKELOOM_CHECK(holds, "schedule", what);
}

std::size_t operand_count(const CellKernel& k) {
  std::size_t count = k.fixed_uniform.size() + 2 * k.cell.tables.size() + 2 * k.states.size() + 1;
  for (const auto& port : k.ports)
    for (const CellKernel::Read& read : port) count += read.linear ? 5 : read.emptied ? 2 : 1;
  return count + k.values.size() + (k.cell.winner != kNoNode) + (k.has_linear() ? 2 : 0);
}
std::size_t operand_count(const CopyKernel&, const spikeloom_stage& s) {
  return s.sizes[1] + 2;
}
std::size_t operand_count(const DelayKernel&) {
  return 4;
}

std::size_t operand_count(const Kernel& k, const spikeloom_stage& s) {
  if (const auto* copy = std::get_if<CopyKernel>(&k.kind)) return operand_count(*copy, s);
  if (const auto* cell = std::get_if<CellKernel>(&k.kind)) return operand_count(*cell);
  if (std::holds_alternative<SparseKernel>(k.kind)) return 7;
  if (const auto* c = std::get_if<ConvolutionKernel>(&k.kind)) return c->pool ? 14 : 10;
  if (std::holds_alternative<PoolKernel>(k.kind)) return 6;
  if (std::holds_alternative<SequenceKernel>(k.kind)) return 2;
  return operand_count(std::get<DelayKernel>(k.kind));
}

void check_cell(const CellKernel& k) {
  check(k.ports.size() == k.cell.ports.size(), "a cell's ports are not all planned");
  check(k.fixed_uniform.size() == k.cell.fixed.size(), "a cell's fixed values are not all planned");
  check(k.states.size() == k.cell.states.size(), "a cell's states are not all planned");
  check(k.cell.next_state.size() == k.cell.states.size(), "a state has no next value");
  check(k.cell.output < k.cell.nodes.size(), "a cell has no output");
  for (const NodeId value : k.values) check(value < k.cell.nodes.size(), "an inlined node has no value");
}

}  // namespace

void verify(const Plan& plan) {
  check(plan.block_steps >= 1 && plan.block_steps <= kLongestBlock, "a block holds no step, or too many");
  std::set<std::string> symbols;
  for (const Kernel& k : plan.kernels) {
    check(symbols.insert(k.symbol).second, "two kernels have one symbol");
    if (const auto* cell = std::get_if<CellKernel>(&k.kind)) check_cell(*cell);
  }
  for (const spikeloom_buffer& b : plan.buffers) {
    check(b.row_bytes % 64 == 0 && b.row_bytes > 0, "a row is not whole cache lines");
    if (b.memory == SPIKELOOM_CONSTANT) {
      check(b.offset % 64 == 0 && b.offset + b.row_bytes <= plan.constants->size(),
            "a constant lies outside");
      continue;
    }
    if (b.memory == SPIKELOOM_OBSERVED || b.memory == SPIKELOOM_GIVEN) {
      check(b.slots == plan.block_steps, "a buffer outside of the arena is not one block");
      check(!b.passed || b.offset_per_sample + b.row_bytes * b.slots <= plan.scratch_per_sample,
            "a buffer that is passed on lies outside");
      continue;
    }
    const bool scratch = b.memory == SPIKELOOM_SCRATCH;
    check(b.offset_per_sample + b.row_bytes * b.slots <=
              (scratch ? plan.scratch_per_sample : plan.arena_per_sample),
          "a buffer lies outside");
    check(b.slots == 1 || b.slots >= plan.block_steps || b.memory == SPIKELOOM_STATE,
          "a buffer holds no block");
  }
  for (const spikeloom_operand& o : plan.operands) {
    check(o.buffer < plan.buffers.size(), "an operand names no buffer");
    check(o.delay < plan.buffers[o.buffer].slots, "an operand reads further back than its buffer holds");
  }
  for (const spikeloom_stage& s : plan.stages) {
    check(s.kernel < plan.kernels.size(), "a stage names no kernel");
    check(s.first_operand + std::size_t{s.operands} <= plan.operands.size(),
          "a stage's operands lie outside");
    check(s.operands == operand_count(plan.kernels[s.kernel], s), "a stage has not its kernel's operands");
  }
  std::uint32_t next = 0;
  for (const spikeloom_segment& s : plan.segments) {
    check(s.first_stage == next && s.stages > 0, "segments do not follow each other");
    next += s.stages;
  }
  check(next == plan.stages.size() && plan.stage_names.size() == next && plan.fused.size() == next &&
            plan.inlined.size() == next,
        "segments do not cover the stages");
  for (const PlanSignal& s : plan.signals) check(s.buffer < plan.buffers.size(), "a signal names no buffer");
}

}  // namespace spikeloom
