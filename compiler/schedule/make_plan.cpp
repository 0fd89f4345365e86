// Model -> Plan: order of stages, segments, buffers with their slots.
#include "schedule/planner.h"

#include <algorithm>

#include "schedule/hash.h"
#include "schedule/stages.h"

namespace spikeloom {
namespace {

/// Constants that constant_bytes() may leave out: facts about drives, shared rows.
constexpr std::uint64_t kSmallConstants = 1 << 20;
/// Steps of a loop below which so few rows pass a panel that weights lie in whole rows: reading those that
/// are needed is all there is.
constexpr std::uint32_t kFewSteps = 8;

}  // namespace

Planner::Planner(const Model& model, const Target& target, const PlanOptions& options)
    : model_(model),
      options_(options),
      facts_(model),
      components_(components(model)),
      fusion_(model, facts_, components_, options.fuse),
      pool_(*(plan_.constants = std::make_shared<ConstantBytes>()), plan_.buffers, plan_.tuning,
            plan_.packed) {
  plan_.name = model.name;
  plan_.target = target;
  plan_.dt = model.dt;
  plan_.seed = model.seed;
  plan_.fixed_batch = model.fixed_batch;
}

Plan Planner::run() {
  // Growing would hold the weights twice; what is reserved and not used takes nothing.
  plan_.constants->reserve(constant_bytes(model_) + kSmallConstants);
  plan_.block_steps = choose_block(model_, facts_, fusion_, options_);
  plan_.group = choose_group(model_, facts_, fusion_, options_, plan_.block_steps);
  place_signals();
  add_constant_stages();
  for (const Component& component : components_) add_component(component);
  find_given_inputs();
  list_signals();
  lay_out_memory();
  plan_.hash = hash_of(plan_);
  plan_.packed.clear();  // tensors need not outlive it
  predict_work(plan_, options_.costs);
  return std::move(plan_);
}

Planner::Id Planner::add_buffer(spikeloom_memory memory, spikeloom_element element, std::uint32_t slots,
                                std::size_t n) {
  spikeloom_buffer b{};
  b.memory = memory;
  b.element = element;
  b.slots = slots;
  b.count = as_u32(n);
  b.row_bytes = row_bytes(n, element);
  b.initial = SPIKELOOM_NONE;
  b.initial_rows = 1;
  plan_.buffers.push_back(b);
  return static_cast<Id>(plan_.buffers.size() - 1);
}

std::uint32_t Planner::slots_for(Signal s) const {
  if (facts_.constant(s)) return 1;
  const std::uint64_t block = plan_.block_steps;
  const std::uint64_t needed = (block + facts_.longest_delay(s) + block - 1) / block * block;
  SPIKELOOM_CHECK(needed <= 0xffffffffu, "schedule", "a delay is beyond 32 bits");
  return static_cast<std::uint32_t>(needed);
}

void Planner::set_initial(Id buffer, const PerNeuron* values, std::size_t n) {
  if (!values) return;
  const auto element = static_cast<spikeloom_element>(plan_.buffers[buffer].element);
  const bool per_sample =
      model_.fixed_batch > 0 && values->values.size() == n * model_.fixed_batch && values->values.size() != n;
  const std::uint32_t rows = per_sample ? model_.fixed_batch : 1;
  const Id constant = pool_.initial(*values, n, rows, element);
  plan_.buffers[buffer].initial = constant;
  plan_.buffers[buffer].initial_rows = rows;
}

Planner::Id Planner::add_signal(Signal s) {
  const Id b = add_buffer(SPIKELOOM_STATE, facts_.element(s), slots_for(s), model_.size(s));
  plan_.buffers[b].reach = facts_.longest_delay(s);
  if (!facts_.constant(s)) set_initial(b, before_start(model_, s), model_.size(s));
  return b;
}

void Planner::place_signals() {
  for (Id i = 0; i < model_.inputs.size(); ++i)
    input_buffer_.push_back(add_signal({.of = Signal::Of::input, .index = i}));
  for (Id i = 0; i < model_.nodes.size(); ++i) {
    const ModelNode& node = model_.nodes[i];
    const bool without = facts_.aliased(i) || facts_.window(i), emptied = fusion_.emptied(i);
    sums_buffer_.push_back(emptied ? add_sums(i) : SPIKELOOM_NONE);
    node_buffer_.push_back(without                       ? SPIKELOOM_NONE
                           : fusion_.fused(i) || emptied ? add_observed(node.size)
                           : facts_.passed(i)            ? add_passed(node.size)
                                                         : add_signal({.index = i}));
    state_buffer_.emplace_back();
    trace_buffer_.emplace_back();
    for (std::int32_t k = 0; k < static_cast<std::int32_t>(node.states()); ++k) {
      const Signal s{.index = i, .state = k};
      const spikeloom_element element =
          facts_.counts(i, static_cast<Id>(k)) ? SPIKELOOM_BYTES : SPIKELOOM_FLOAT;
      const Id b = add_buffer(SPIKELOOM_STATE, element, 1, node.size);
      set_initial(b, before_start(model_, s), node.size);
      state_buffer_.back().push_back(b);
      trace_buffer_.back().push_back(facts_.traced(i, k) ? add_signal(s) : add_observed(node.size));
    }
  }
  scratch_ = add_buffer(SPIKELOOM_SCRATCH, SPIKELOOM_WORDS, 1, 16);
}

Planner::Id Planner::add_sums(Id node) {
  const auto mine = std::ranges::find_if(
      components_, [&](const Component& c) { return std::ranges::binary_search(c.nodes, node); });
  const std::uint32_t slots = longest_block(*mine) == 1 ? 1 : plan_.block_steps;
  const Id b = add_buffer(SPIKELOOM_STATE, SPIKELOOM_FLOAT, slots, model_.nodes[node].size);
  if (slots > 1) plan_.buffers[b].reach = slots;
  plan_.buffers[b].row_bytes += kSumsFlagBytes;
  return b;
}

Planner::Id Planner::add_observed(std::size_t n) {
  return add_buffer(SPIKELOOM_OBSERVED, SPIKELOOM_FLOAT, plan_.block_steps, n);
}

Planner::Id Planner::add_passed(std::size_t n) {
  const Id b = add_observed(n);
  plan_.buffers[b].passed = 1;
  return b;
}

Planner::Id Planner::buffer_of(Signal s) const {
  s = facts_.root(s);
  if (s.of == Signal::Of::input) return input_buffer_[s.index];
  return s.state < 0 ? node_buffer_[s.index] : trace_buffer_[s.index][s.state];
}

void Planner::read(const Source& s) {
  read_as_rows_.insert(buffer_of(s.signal));
  operand(buffer_of(s.signal), facts_.effective_delay(s));
}

void Planner::add_constant_stages() {
  is_once_ = true;
  for (Id i = 0; i < model_.nodes.size(); ++i)
    if (is_stage(i, facts_, fusion_) && facts_.constant({.index = i})) add_stage(i);
  is_once_ = false;
  if (!plan_.stages.empty()) plan_.segments.push_back({0, as_u32(plan_.stages.size()), 0, 1});
}

std::uint32_t Planner::longest_block(const Component& component) const {
  if (!component.cyclic) return 0;
  std::uint32_t longest = plan_.block_steps;
  for (const Id reader : component.nodes)
    for (const Source& s : model_.nodes[reader].sources())
      if (s.signal.of == Signal::Of::node && s.signal.index >= reader &&
          std::ranges::binary_search(component.nodes, s.signal.index))
        longest = std::min(longest, s.delay);
  return longest;
}

void Planner::add_component(const Component& component) {
  const Id first = static_cast<Id>(plan_.stages.size());
  const std::uint32_t longest = longest_block(component);
  has_whole_rows_ = component.cyclic && longest < kFewSteps;
  for (const Id node : component.nodes)
    if (is_stage(node, facts_, fusion_) && !facts_.constant({.index = node})) add_stage(node);
  has_whole_rows_ = false;
  const Id added = static_cast<Id>(plan_.stages.size()) - first;
  if (added == 0) return;
  spikeloom_segment* last = plan_.segments.empty() ? nullptr : &plan_.segments.back();
  if (longest == 0 && last && last->longest == 0 && !last->once)
    last->stages += added;
  else
    plan_.segments.push_back({first, added, longest, 0});
}

void Planner::find_given_inputs() {
  for (const ModelOutput& o : model_.outputs)
    if (facts_.root(o.signal).of == Signal::Of::input) read_as_rows_.insert(buffer_of(o.signal));
  for (Id i = 0; i < model_.inputs.size(); ++i) {
    spikeloom_buffer& b = plan_.buffers[input_buffer_[i]];
    if (model_.inputs[i].constant || read_as_rows_.contains(input_buffer_[i])) continue;
    b.memory = SPIKELOOM_GIVEN;
    b.slots = plan_.block_steps;
  }
}

void Planner::list_signals() {
  for (Id i = 0; i < model_.inputs.size(); ++i) {
    const ModelInput& in = model_.inputs[i];
    plan_.signals.push_back(
        {in.name, SPIKELOOM_INPUT, input_buffer_[i], in.constant, in.shape, SPIKELOOM_NONE});
  }
  for (const ModelOutput& o : model_.outputs) list(o.name, SPIKELOOM_OUTPUT, o.signal);
  for (Id i = 0; i < model_.nodes.size(); ++i) {
    const ModelNode& node = model_.nodes[i];
    if (facts_.window(i)) continue;
    list(node.name, node.spikes() ? SPIKELOOM_SPIKES : SPIKELOOM_VALUE, {.index = i});
    for (std::int32_t k = 0; k < static_cast<std::int32_t>(node.states()); ++k) {
      const Signal s{.index = i, .state = k};
      list(model_.name_of(s), SPIKELOOM_NEURON_STATE, s);
    }
  }
}

void Planner::list(const std::string& name, spikeloom_role role, Signal s) {
  const Signal root = facts_.root(s);
  const bool is_state = root.of == Signal::Of::node && root.state >= 0;
  const Id buffer = is_state ? state_buffer_[root.index][root.state] : buffer_of(s);
  const Id history = is_state ? trace_buffer_[root.index][root.state] : SPIKELOOM_NONE;
  plan_.signals.push_back({name, role, buffer, false, model_.shape(s), history});
}

void Planner::lay_out_memory() {
  for (spikeloom_buffer& b : plan_.buffers) {
    if (b.memory != SPIKELOOM_STATE && b.memory != SPIKELOOM_SCRATCH && !b.passed) continue;
    std::uint64_t& bytes = b.memory == SPIKELOOM_STATE ? plan_.arena_per_sample : plan_.scratch_per_sample;
    b.offset_per_sample = bytes;
    bytes += b.row_bytes * b.slots;
  }
}

Plan make_plan(const Model& model, const Target& target, const PlanOptions& options) {
  return Planner(model, target, options).run();
}

}  // namespace spikeloom
