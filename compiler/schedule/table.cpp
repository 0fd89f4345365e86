// The program table as data: what generated code travels with.
#include <algorithm>

#include "schedule/plan.h"
#include "support/check.h"

namespace spikeloom {

struct TableImage {
  spikeloom_table table{};
  std::vector<spikeloom_buffer> buffers;
  std::vector<spikeloom_operand> operands;
  std::vector<spikeloom_stage> stages;
  std::vector<spikeloom_segment> segments;
  std::vector<spikeloom_signal> signals;
  std::string names;  // each ends in 0
  std::shared_ptr<const ConstantBytes> constants;

  std::uint32_t add_name(const std::string& name) {
    const auto offset = static_cast<std::uint32_t>(names.size());
    names.append(name.c_str());  // a NUL inside would end it anyway
    names.push_back('\0');
    return offset;
  }
};

namespace {

spikeloom_signal table_signal(const PlanSignal& s, std::uint32_t name) {
  spikeloom_signal t{};
  t.name = name;
  t.role = s.role;
  t.buffer = s.buffer;
  t.constant = s.constant;
  t.history = s.history;
  SPIKELOOM_CHECK(s.shape.size() <= std::size(t.shape), "schedule", "a shape has more than 8 axes");
  t.rank = static_cast<std::uint32_t>(s.shape.size());
  std::ranges::transform(s.shape, t.shape, [](std::size_t n) { return static_cast<std::uint32_t>(n); });
  return t;
}

}  // namespace

std::shared_ptr<const TableImage> make_table(const Plan& plan) {
  auto image = std::make_shared<TableImage>();
  TableImage& t = *image;
  t.buffers = plan.buffers;
  t.operands = plan.operands;
  t.stages = plan.stages;
  t.segments = plan.segments;
  for (std::size_t i = 0; i < t.stages.size(); ++i) t.stages[i].name = t.add_name(plan.stage_names[i]);
  for (const PlanSignal& s : plan.signals) t.signals.push_back(table_signal(s, t.add_name(s.name)));
  if (t.names.empty()) t.names.push_back('\0');
  t.constants = plan.constants;
  SPIKELOOM_CHECK(t.constants->size() % 64 == 0, "schedule", "constants are no whole lines");

  const auto count = [](const auto& v) { return static_cast<std::uint32_t>(v.size()); };
  t.table.format = SPIKELOOM_FORMAT;
  t.table.block_steps = plan.block_steps;
  t.table.hash = plan.hash;
  t.table.seed = plan.seed;
  t.table.dt = plan.dt;
  t.table.arena_per_sample = plan.arena_per_sample;
  t.table.scratch_per_sample = plan.scratch_per_sample;
  t.table.group = plan.group;
  t.table.constant_bytes = t.constants->size();
  t.table.buffers = count(t.buffers);
  t.table.operands = count(t.operands);
  t.table.stages = count(t.stages);
  t.table.segments = count(t.segments);
  t.table.signals = count(t.signals);
  t.table.kernels = count(plan.kernels);
  t.table.names_bytes = count(t.names);
  t.table.fixed_batch = plan.fixed_batch;
  t.table.buffer = t.buffers.data();
  t.table.operand = t.operands.data();
  t.table.stage = t.stages.data();
  t.table.segment = t.segments.data();
  t.table.signal = t.signals.data();
  t.table.names = t.names.data();
  return image;
}

const spikeloom_table* table_of(const TableImage& image) {
  return &image.table;
}

const unsigned char* constants_of(const TableImage& image) {
  return image.constants->data();
}

}  // namespace spikeloom
