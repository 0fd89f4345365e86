// The stages of a plan: operands, and kernels by structure.
#include <algorithm>
#include <cmath>
#include <limits>

#include "equations/neuron.h"
#include "schedule/kernel_key.h"
#include "schedule/planner.h"
#include "schedule/windows.h"

namespace spikeloom {
namespace {

/// The dense drive is kept down to this part of the density from which it is taken.
constexpr double kStillDense = 0.9;

}  // namespace

void Planner::add_stage(Id i) {
  const ModelNode& node = model_.nodes[i];
  stage_ = {};
  fused_.clear();
  inlined_.clear();
  stage_.first_operand = as_u32(plan_.operands.size());
  stage_.sizes[0] = as_u32(node.size);
  stage_.node_key = node.random_key;
  stage_.name = as_u32(plan_.stage_names.size());  // becomes an offset in the table
  std::visit([&](const auto& kind) { add(i, kind); }, node.kind);
  operand(fusion_.emptied(i) ? sums_buffer_[i] : node_buffer_[i]);
  after_output_();
  stage_.operands = as_u32(plan_.operands.size()) - stage_.first_operand;
  plan_.stages.push_back(stage_);
  plan_.stage_names.push_back(node.name);
  plan_.fused.push_back(fused_);
  plan_.inlined.push_back(inlined_);
  plan_.alone.push_back(fusion_.why_not(i));
}

void Planner::add(Id i, const Population& alone) {
  const std::optional<InlinedPopulation> all = with_inlined(model_, facts_, fusion_, alone);
  const Population& p = all ? all->population : alone;
  CellKernel k;
  k.cell = p.cell;
  if (k.cell.spikes() && facts_.element({.index = i}) == SPIKELOOM_FLOAT) {
    const ExprNode real{.op = Op::Real, .type = Type::Real, .arg = {k.cell.output, kNoNode, kNoNode}};
    k.cell.nodes.push_back(real);
    k.cell.output = static_cast<NodeId>(k.cell.nodes.size() - 1);
  }
  for (const auto& port : p.ports) {
    k.ports.emplace_back();
    for (const Source& s : port) {
      const Signal from = facts_.root(s.signal);
      if (from.of == Signal::Of::node && from.state < 0 && fusion_.fused(from.index))
        k.ports.back().push_back(add_linear(from.index, p));
      else
        k.ports.back().push_back(add_row(s));
    }
  }
  add_rest(i, p, std::move(k), all ? all->values : std::vector<InlinedPopulation::Value>());
}

CellKernel::Read Planner::add_row(const Source& s) {
  const Signal from = facts_.root(s.signal);
  if (from.of == Signal::Of::node && from.state < 0 && fusion_.emptied(from.index)) {
    operand(sums_buffer_[from.index]);
    operand(node_buffer_[from.index]);
    const bool is_one_step = plan_.buffers[sums_buffer_[from.index]].slots == 1;
    return {.element = SPIKELOOM_FLOAT, .emptied = true, .is_one_step = is_one_step};
  }
  read(s);
  return {.element = facts_.element(s.signal), .constant = facts_.constant(s.signal)};
}

void Planner::add(Id i, const Linear&) {
  CellKernel k;
  k.cell = elementwise("input", {"input"}, {});
  Population alone;
  alone.cell = k.cell;
  alone.ports = {{{.signal = {.index = i}}}};
  k.ports = {{add_linear(i, alone)}};
  add_rest(i, alone, std::move(k));
}

Planner::Panel Planner::panel_of(const Population& p, std::size_t outputs) const {
  std::uint64_t fan_in = 1;
  for (const auto& port : p.ports)
    for (const Source& s : port) {
      const Signal from = facts_.root(s.signal);
      if (from.of != Signal::Of::node || from.state >= 0) continue;
      if (const auto* l = std::get_if<Linear>(&model_.nodes[from.index].kind))
        fan_in = std::max<std::uint64_t>(fan_in, l->weight->shape[1]);
    }
  // Blocks of inputs keep a panel in the cache as narrow panels would.
  const bool has_blocks = !has_whole_rows_ && !is_once_ && options_.panel == 0;
  if (has_blocks && choose_input_block(fan_in, outputs, kPanel, options_) > 0) return {kPanel, kPanel};
  const std::uint32_t panel = choose_panel(fan_in, options_);
  if (options_.panel > 0) return {panel, panel};
  // Of a single step only eight vectors have sums enough beside each other.
  if (has_whole_rows_) return {kWidestPanel, kWidestPanel};
  if (is_once_ && panel == kPanel) return {kWidestPanel, fit_panel(kWidestPanel, plan_.target.lanes)};
  return {panel, fit_panel(panel, plan_.target.lanes)};
}

CellKernel::Read Planner::add_linear(Id i, const Population& reader) {
  const ModelNode& node = model_.nodes[i];
  const Linear& l = std::get<Linear>(node.kind);
  const spikeloom_element input = facts_.element(l.input.signal);
  const std::size_t in = l.weight->shape[1];
  const Panel panel = panel_of(reader, node.size);
  panel_ = panel.here;
  if (facts_.effective_delay(l.input) > 0) read_as_rows_.insert(buffer_of(l.input.signal));
  operand(buffer_of(l.input.signal), facts_.effective_delay(l.input));
  operand(has_whole_rows_ ? pool_.weights(l.weight, 0, as_u32(node.size))
                          : pool_.weights(l.weight, panel.portable, strip_width(panel_)));
  operand(l.bias ? pool_.floats(l.bias->values, node.size, 0.0f) : pool_.zeros(node.size));
  const bool may_be_dense =
      options_.drive != Drive::events && (plan_.target.has_fma || input == SPIKELOOM_BITS);
  linear_.push_back({as_u32(plan_.operands.size()), in, input});
  operand(SPIKELOOM_NONE);  // the facts, once all layers of the stage are known
  operand(fusion_.fused(i) ? node_buffer_[i] : observed_nowhere());
  if (fusion_.fused(i)) fused_.push_back(node.name);
  return {.element = input, .linear = true, .may_be_dense = may_be_dense};
}

Planner::Id Planner::observed_nowhere() {
  if (nowhere_ == SPIKELOOM_NONE) nowhere_ = add_observed(1);
  return nowhere_;
}

void Planner::place_lists() {
  std::uint32_t steps = plan_.block_steps;
  for (const LinearSource& l : linear_)
    steps = std::min(steps, list_steps(l.fan_in, stage_.sizes[0], l.input, options_, plan_.block_steps));
  std::uint32_t& block = stage_.sizes[3];
  for (const LinearSource& l : linear_)
    if (!has_whole_rows_ && !is_once_)
      block = std::max(block, choose_input_block(l.fan_in, stage_.sizes[0], panel_, options_));
  std::uint64_t bytes = 0;
  for (const LinearSource& l : linear_) {
    std::vector<std::uint32_t> facts(kDriveFacts);
    facts[kFanIn] = as_u32(l.fan_in);
    const DriveShape shape{l.fan_in, stage_.sizes[0], std::uint64_t{steps} * plan_.group};
    const double share = options_.drive == Drive::dense ? 0 : crossover_density(options_.costs, shape);
    facts[kDenseFrom] = static_cast<std::uint32_t>(share * 65536);
    facts[kEventsFrom] = static_cast<std::uint32_t>(share * kStillDense * 65536);
    const double near = near_events(options_.costs, shape) * static_cast<double>(l.fan_in);
    facts[kNearFrom] = options_.near ? 0 : static_cast<std::uint32_t>(std::min(near, 4294967295.0));
    if (has_whole_rows_) {
      facts[kRowBytes] = as_u32(row_bytes(stage_.sizes[0], SPIKELOOM_FLOAT));
      facts[kNearFrom] = 0xffffffffu;  // a panel is no piece of memory
    }
    plan_.operands[l.facts_operand].buffer = pool_.tuning(facts);
    const std::uint64_t fan_in = std::max<std::uint64_t>(l.fan_in, 1);
    const std::uint64_t inputs = block > 0 ? std::min<std::uint64_t>(fan_in, block) : fan_in;
    const std::uint64_t lists = (fan_in + inputs - 1) / inputs;
    bytes += lists * ((list_bytes(list_capacity(inputs, steps), l.input) + 63) / 64 * 64);
    if (block > 0) bytes += block_sums_bytes(steps);
  }
  stage_.sizes[1] = steps;
  use_scratch(bytes);
}

void Planner::add_rest(Id i, const Population& p, CellKernel k,
                       const std::vector<InlinedPopulation::Value>& values) {
  for (const PerNeuron& value : p.fixed) {
    k.fixed_uniform.push_back(value.uniform());
    k.fixed_zero.push_back(
        std::ranges::all_of(value.values, [](float x) { return x == 0 && !std::signbit(x); }));
    operand(pool_.per_neuron(value, model_.nodes[i].size));
  }
  for (const LevelTable& table : p.cell.tables) {
    const std::size_t levels = std::size_t{1} << table_bits(table);
    operand(pool_.floats(table.midpoints, levels - 1, std::numeric_limits<float>::infinity()));
    operand(pool_.floats(table.levels, levels, table.levels.back()));
  }
  for (std::size_t s = 0; s < p.cell.states.size(); ++s) {
    const auto state = static_cast<std::uint32_t>(s);
    k.states.push_back(facts_.traced(i, state)   ? CellKernel::State::traced
                       : facts_.counts(i, state) ? CellKernel::State::counter
                                                 : CellKernel::State::observed);
    operand(state_buffer_[i][s]);
  }
  std::vector<Id> seen;
  for (const auto& [of, value] : values) {
    k.values.push_back(value);
    seen.push_back(node_buffer_[of]);
    inlined_.push_back(model_.nodes[of].name);
  }
  const bool winner = p.cell.winner != kNoNode, linear = !linear_.empty();
  if (winner) {
    stage_.whole = 1;
    use_scratch(row_bytes(model_.nodes[i].size, SPIKELOOM_FLOAT));
  }
  k.many = !linear && (options_.many || model_.nodes[i].size >= kManyNeurons);
  if (linear) {
    stage_.sizes[2] = panel_;
    place_lists();
    k.in_blocks = stage_.sizes[3] > 0;
    linear_.clear();
  }
  after_output_ = [this, i, winner, linear, seen] {
    for (const Id trace : trace_buffer_[i]) operand(trace);
    for (const Id value : seen) operand(value);
    if (winner || linear) operand(scratch_);
    if (linear) operand(add_buffer(SPIKELOOM_SCRATCH, SPIKELOOM_WORDS, 1, 16));
  };
  stage_.kernel = kernel(std::move(k));
}

void Planner::add_copy(Id i, const std::vector<Part>& parts) {
  std::vector<std::uint32_t> table;
  for (const Part& part : parts) {
    read(part.source);
    const std::uint32_t element = facts_.element(part.source.signal);
    table.insert(table.end(), {as_u32(part.first), as_u32(part.count), element});
  }
  operand(pool_.words(table));
  stage_.sizes[1] = as_u32(parts.size());
  stage_.whole = 1;
  after_output_ = [] {};
  stage_.kernel = kernel(CopyKernel{facts_.element({.index = i})});
}

void Planner::add(Id i, const Concat& c) {
  std::vector<Part> parts;
  for (const Source& s : c.inputs) parts.push_back({s, 0, model_.size(s.signal)});
  add_copy(i, parts);
}

void Planner::add(Id i, const Delay& d) {
  const ModelNode& node = model_.nodes[i];
  std::vector<std::uint32_t> steps = d.steps;
  if (steps.size() == 1) steps.resize(node.size, d.steps.front());
  const std::uint32_t slots = *std::ranges::max_element(steps) + 1;
  const spikeloom_element element = facts_.element({.index = i});
  const Id history = add_buffer(SPIKELOOM_STATE, element, slots, node.size);
  plan_.buffers[history].reach = slots;
  read(d.input);
  operand(pool_.words(steps));
  operand(history, 0, true);
  stage_.sizes[1] = slots;
  stage_.whole = 1;
  after_output_ = [] {};
  stage_.kernel = kernel(DelayKernel{facts_.element(d.input.signal), element});
}

void Planner::add(Id i, const Sparse& s) {
  Source source = s.input;
  std::vector<std::uint32_t> words{0};  // the first source, then the delays
  if (source.signal.of == Signal::Of::node && source.signal.state < 0 && facts_.window(source.signal.index)) {
    const Slice& slice = std::get<Slice>(model_.nodes[source.signal.index].kind);
    source = {slice.input.signal, source.delay + slice.input.delay};
    words[0] = as_u32(slice.first);
  }
  const spikeloom_element input = facts_.element(source.signal);
  const Id from = buffer_of(source.signal);
  const PackedSynapses packed = synapses_.pack(*s.synapses, pool_);
  // A constant has no past.
  for (const std::uint32_t d : packed.packing.delays)
    words.push_back(facts_.constant(source.signal) ? 0 : d + source.delay);
  read_as_rows_.insert(from);  // the kernel chooses steps of its past
  spikeloom_buffer& ring = plan_.buffers[from];
  if (ring.slots > 1) ring.reach = ring.slots;
  operand(from, 0, ring.slots > 1);
  operand(pool_.words(words));
  operand(packed.starts);
  operand(packed.targets);
  operand(packed.weights);
  stage_.sizes[1] = plan_.buffers[from].slots;
  stage_.sizes[2] = as_u32(packed.packing.delays.size());
  stage_.sizes[3] = as_u32(s.synapses->in);
  stage_.whole = 1;
  use_scratch(2 * sparse_list_bytes(s.synapses->in));
  after_output_ = [this] { operand(scratch_); };
  stage_.kernel =
      kernel(SparseKernel{input, packed.packing.index_bytes, packed.packing.weights, fusion_.emptied(i)});
}

void Planner::add_convolution(Id i, const Pool* pooling) {
  const Convolution& c = std::get<Convolution>(model_.nodes[i].kind);
  const spikeloom_element input = facts_.element(c.input.signal);
  if (facts_.effective_delay(c.input) > 0) read_as_rows_.insert(buffer_of(c.input.signal));
  operand(buffer_of(c.input.signal), facts_.effective_delay(c.input));
  for (const Id constant : pack(c, pooling, input, options_, pool_)) operand(constant);
  if (pooling) {
    operand(node_buffer_[i]);
    fused_.push_back(model_.nodes[i].name);
  }
  use_scratch(scratch_bytes(c, pooling, input));
  const bool dense =
      may_be_dense(c) && options_.drive != Drive::events && (plan_.target.has_fma || input == SPIKELOOM_BITS);
  add_whole(ConvolutionKernel{input, dense, pooling ? std::optional(pooling->how) : std::nullopt});
}

void Planner::add(Id, const Pool& p) {
  const Signal from = facts_.root(p.input.signal);
  if (from.of == Signal::Of::node && from.state < 0 && fusion_.fused(from.index))
    return add_convolution(from.index, &p);
  const PackedPool packed = pack(p, pool_);
  read(p.input);
  for (const Id constant : packed.constants) operand(constant);
  use_scratch(scratch_bytes(p));
  add_whole(PoolKernel{p.how, facts_.element(p.input.signal), packed.has_border, packed.uniform});
}

void Planner::add(Id, const Sequence& s) {
  operand(pool_.floats(s.rows->values, s.rows->values.size(), 0.0f));
  stage_.sizes[1] = as_u32(s.rows->shape[0]);
  stage_.sizes[2] = as_u32(s.rows->shape[1]);
  stage_.whole = 1;
  after_output_ = [] {};
  stage_.kernel = kernel(SequenceKernel{});
}

void Planner::add_whole(KernelKind kind) {
  stage_.whole = 1;
  after_output_ = [this] { operand(scratch_); };
  stage_.kernel = kernel(std::move(kind));
}

Planner::Id Planner::kernel(KernelKind kind) {
  std::string key = kernel_key(kind);
  const auto [known, is_new] = kernels_.try_emplace(key, static_cast<Id>(plan_.kernels.size()));
  if (is_new) {
    std::string symbol = kernel_symbol(kind, plan_.kernels.size());
    plan_.kernels.push_back({std::move(symbol), std::move(key), std::move(kind)});
  }
  return known->second;
}

}  // namespace spikeloom
