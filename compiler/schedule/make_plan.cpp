// Model -> Plan: order of stages, segments, buffers with their slots, kernels by structure.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "equations/neuron.h"
#include "schedule/blocks.h"
#include "schedule/components.h"
#include "schedule/constants.h"
#include "schedule/fuse.h"
#include "schedule/hash.h"
#include "schedule/kernel_key.h"
#include "schedule/plan.h"
#include "schedule/signals.h"
#include "schedule/sparse.h"
#include "schedule/stages.h"
#include "schedule/windows.h"
#include "support/check.h"

namespace spikeloom {
namespace {

/// Constants that constant_bytes() may leave out: facts about drives, shared rows.
constexpr std::uint64_t kSmallConstants = 1 << 20;
/// The dense drive is kept down to this part of the density from which it is taken.
constexpr double kStillDense = 0.9;
/// Steps of a loop below which so few rows pass a panel that weights lie in whole rows: reading those that
/// are needed is all there is.
constexpr std::uint32_t kFewSteps = 8;

std::uint32_t as_u32(std::size_t n) {
  SPIKELOOM_CHECK(n < 0xffffffc0u, "schedule", "a size is beyond 32 bits");
  return static_cast<std::uint32_t>(n);
}

class Planner {
 public:
  Planner(const Model& model, const Target& target, const PlanOptions& options)
      : model_(model),
        options_(options),
        facts_(model),
        components_(components(model)),
        fusion_(model, facts_, components_, options.fuse),
        pool_(*(plan_.constants = std::make_shared<ConstantBytes>()), plan_.buffers, plan_.tuning) {
    plan_.name = model.name;
    plan_.target = target;
    plan_.dt = model.dt;
    plan_.seed = model.seed;
    plan_.fixed_batch = model.fixed_batch;
  }

  Plan run() {
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
    predict_work(plan_, options_.costs);
    return std::move(plan_);
  }

 private:
  using Id = std::uint32_t;

  Id add_buffer(spikeloom_memory memory, spikeloom_element element, std::uint32_t slots, std::size_t n) {
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

  /// A multiple of the block, so that blocks are cut by delayed readers alone.
  std::uint32_t slots_for(Signal s) const {
    if (facts_.constant(s)) return 1;
    const std::uint64_t block = plan_.block_steps;
    const std::uint64_t needed = (block + facts_.longest_delay(s) + block - 1) / block * block;
    SPIKELOOM_CHECK(needed <= 0xffffffffu, "schedule", "a delay is beyond 32 bits");
    return static_cast<std::uint32_t>(needed);
  }

  void set_initial(Id buffer, const PerNeuron* values, std::size_t n) {
    if (!values) return;
    const auto element = static_cast<spikeloom_element>(plan_.buffers[buffer].element);
    const bool per_sample = model_.fixed_batch > 0 && values->values.size() == n * model_.fixed_batch &&
                            values->values.size() != n;
    const std::uint32_t rows = per_sample ? model_.fixed_batch : 1;
    const Id constant = pool_.initial(*values, n, rows, element);
    plan_.buffers[buffer].initial = constant;
    plan_.buffers[buffer].initial_rows = rows;
  }

  Id add_signal(Signal s) {
    const Id b = add_buffer(SPIKELOOM_STATE, facts_.element(s), slots_for(s), model_.size(s));
    plan_.buffers[b].reach = facts_.longest_delay(s);
    if (!facts_.constant(s)) set_initial(b, before_start(model_, s), model_.size(s));
    return b;
  }

  void place_signals() {
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
        const Id b = add_buffer(SPIKELOOM_STATE, SPIKELOOM_FLOAT, 1, node.size);
        set_initial(b, before_start(model_, s), node.size);
        state_buffer_.back().push_back(b);
        trace_buffer_.back().push_back(facts_.traced(i, k) ? add_signal(s) : add_observed(node.size));
      }
    }
    scratch_ = add_buffer(SPIKELOOM_SCRATCH, SPIKELOOM_WORDS, 1, 16);
  }

  /// Sums that their reader sets to zeros again. They need no more steps than run together, and all of them
  /// hold zeros before the start.
  Id add_sums(Id node) {
    const auto mine = std::ranges::find_if(
        components_, [&](const Component& c) { return std::ranges::binary_search(c.nodes, node); });
    const std::uint32_t slots = longest_block(*mine) == 1 ? 1 : plan_.block_steps;
    const Id b = add_buffer(SPIKELOOM_STATE, SPIKELOOM_FLOAT, slots, model_.nodes[node].size);
    if (slots > 1) plan_.buffers[b].reach = slots;
    return b;
  }

  /// A block of steps that only a recorder reads.
  Id add_observed(std::size_t n) {
    return add_buffer(SPIKELOOM_OBSERVED, SPIKELOOM_FLOAT, plan_.block_steps, n);
  }

  Id add_passed(std::size_t n) {
    const Id b = add_observed(n);
    plan_.buffers[b].passed = 1;
    return b;
  }

  /// The buffer that holds a signal's steps.
  Id buffer_of(Signal s) const {
    s = facts_.root(s);
    if (s.of == Signal::Of::input) return input_buffer_[s.index];
    return s.state < 0 ? node_buffer_[s.index] : trace_buffer_[s.index][s.state];
  }

  void read(const Source& s) {
    read_as_rows_.insert(buffer_of(s.signal));
    operand(buffer_of(s.signal), facts_.effective_delay(s));
  }
  void operand(Id buffer, std::uint32_t delay = 0, bool ring = false) {
    plan_.operands.push_back({buffer, delay, ring ? 1u : 0u});
  }
  void use_scratch(std::uint64_t bytes) {
    std::uint64_t& row = plan_.buffers[scratch_].row_bytes;
    row = std::max(row, (bytes + 63) / 64 * 64);
  }

  /// What depends on constants alone is computed before everything else, once.
  void add_constant_stages() {
    is_once_ = true;
    for (Id i = 0; i < model_.nodes.size(); ++i)
      if (is_stage(i, facts_, fusion_) && facts_.constant({.index = i})) add_stage(i);
    is_once_ = false;
    if (!plan_.stages.empty()) plan_.segments.push_back({0, as_u32(plan_.stages.size()), 0, 1});
  }

  /// Steps that the stages of a cycle may run together: as many as its shortest delay against the order of
  /// the model, in which undelayed sources stand before their readers.
  std::uint32_t longest_block(const Component& component) const {
    if (!component.cyclic) return 0;
    std::uint32_t longest = plan_.block_steps;
    for (const Id reader : component.nodes)
      for (const Source& s : model_.nodes[reader].sources())
        if (s.signal.of == Signal::Of::node && s.signal.index >= reader &&
            std::ranges::binary_search(component.nodes, s.signal.index))
          longest = std::min(longest, s.delay);
    return longest;
  }

  void add_component(const Component& component) {
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

  void add_stage(Id i) {
    const ModelNode& node = model_.nodes[i];
    stage_ = {};
    fused_.clear();
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
    plan_.alone.push_back(fusion_.why_not(i));
  }

  // Each add() appends the operands before the output; after_output_ those behind it.

  void add(Id i, const Population& p) {
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
    add_rest(i, p, std::move(k));
  }

  CellKernel::Read add_row(const Source& s) {
    const Signal from = facts_.root(s.signal);
    if (from.of == Signal::Of::node && from.state < 0 && fusion_.emptied(from.index)) {
      operand(sums_buffer_[from.index]);
      operand(node_buffer_[from.index]);
      return {.element = SPIKELOOM_FLOAT, .emptied = true};
    }
    read(s);
    return {.element = facts_.element(s.signal), .constant = facts_.constant(s.signal)};
  }

  /// A layer that nobody takes is a stage that gives its sums on.
  void add(Id i, const Linear&) {
    CellKernel k;
    k.cell = elementwise("input", {"input"}, {});
    Population alone;
    alone.cell = k.cell;
    alone.ports = {{{.signal = {.index = i}}}};
    k.ports = {{add_linear(i, alone)}};
    add_rest(i, alone, std::move(k));
  }

  /// All linear layers of a stage have panels of one width: that of the longest.
  std::uint32_t panel_of(const Population& p) const {
    std::uint64_t fan_in = 1;
    for (const auto& port : p.ports)
      for (const Source& s : port) {
        const Signal from = facts_.root(s.signal);
        if (from.of != Signal::Of::node || from.state >= 0) continue;
        if (const auto* l = std::get_if<Linear>(&model_.nodes[from.index].kind))
          fan_in = std::max<std::uint64_t>(fan_in, l->weight->shape[1]);
      }
    const std::uint32_t panel = choose_panel(fan_in, options_);
    // Of a single step only wide panels have sums enough beside each other.
    const bool is_single = has_whole_rows_ || (is_once_ && panel == kPanel);
    return is_single && options_.panel == 0 ? kWidestPanel : panel;
  }

  CellKernel::Read add_linear(Id i, const Population& reader) {
    const ModelNode& node = model_.nodes[i];
    const Linear& l = std::get<Linear>(node.kind);
    const spikeloom_element input = facts_.element(l.input.signal);
    const std::size_t in = l.weight->shape[1];
    panel_ = panel_of(reader);
    if (facts_.effective_delay(l.input) > 0) read_as_rows_.insert(buffer_of(l.input.signal));
    operand(buffer_of(l.input.signal), facts_.effective_delay(l.input));
    operand(pool_.weights(l.weight, has_whole_rows_ ? as_u32(node.size) : strip_width(panel_)));
    operand(l.bias ? pool_.floats(l.bias->values, node.size, 0.0f) : pool_.zeros(node.size));
    const bool may_be_dense =
        options_.drive != Drive::events && (plan_.target.has_fma || input == SPIKELOOM_BITS);
    linear_.push_back({as_u32(plan_.operands.size()), in, input});
    operand(SPIKELOOM_NONE);  // the facts, once all layers of the stage are known
    operand(fusion_.fused(i) ? node_buffer_[i] : observed_nowhere());
    if (fusion_.fused(i)) fused_.push_back(node.name);
    return {.element = input, .linear = true, .may_be_dense = may_be_dense};
  }

  /// The values of a layer that is a stage of its own are its output.
  Id observed_nowhere() {
    if (nowhere_ == SPIKELOOM_NONE) nowhere_ = add_observed(1);
    return nowhere_;
  }

  /// Room for the event lists of the stage's layers, and when these are computed densely.
  void place_lists() {
    std::uint32_t steps = plan_.block_steps;
    for (const LinearSource& l : linear_)
      steps = std::min(steps, list_steps(l.fan_in, stage_.sizes[0], l.input, options_, plan_.block_steps));
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
      bytes += (list_bytes(list_capacity(l.fan_in, steps), l.input) + 63) / 64 * 64;
    }
    stage_.sizes[1] = steps;
    use_scratch(bytes);
  }

  /// Everything of a cell but its sources.
  void add_rest(Id i, const Population& p, CellKernel k) {
    for (const PerNeuron& value : p.fixed) {
      k.fixed_uniform.push_back(value.uniform());
      k.fixed_not_negative.push_back(
          std::ranges::all_of(value.values, [](float x) { return std::isfinite(x) && !std::signbit(x); }));
      operand(pool_.per_neuron(value, model_.nodes[i].size));
    }
    for (const LevelTable& table : p.cell.tables) {
      const std::size_t levels = std::size_t{1} << table_bits(table);
      operand(pool_.floats(table.midpoints, levels - 1, std::numeric_limits<float>::infinity()));
      operand(pool_.floats(table.levels, levels, table.levels.back()));
    }
    for (std::size_t s = 0; s < p.cell.states.size(); ++s) {
      const bool traced = facts_.traced(i, static_cast<std::int32_t>(s));
      k.states.push_back(traced ? CellKernel::State::traced : CellKernel::State::observed);
      operand(state_buffer_[i][s]);
    }
    const bool winner = p.cell.winner != kNoNode, linear = !linear_.empty();
    if (winner) {
      stage_.whole = 1;
      use_scratch(row_bytes(model_.nodes[i].size, SPIKELOOM_FLOAT));
    }
    if (linear) {
      stage_.sizes[2] = panel_;
      place_lists();
      linear_.clear();
    }
    after_output_ = [this, i, winner, linear] {
      for (const Id trace : trace_buffer_[i]) operand(trace);
      if (winner || linear) operand(scratch_);
      if (linear) operand(add_buffer(SPIKELOOM_SCRATCH, SPIKELOOM_WORDS, 1, 16));
    };
    stage_.kernel = kernel(std::move(k));
  }

  struct Part {
    Source source;
    std::size_t first, count;
  };

  void add_copy(Id i, const std::vector<Part>& parts) {
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

  void add(Id i, const Reshape& r) { add_copy(i, {{r.input, 0, model_.nodes[i].size}}); }
  void add(Id i, const Slice& s) { add_copy(i, {{s.input, s.first, model_.nodes[i].size}}); }
  void add(Id i, const Concat& c) {
    std::vector<Part> parts;
    for (const Source& s : c.inputs) parts.push_back({s, 0, model_.size(s.signal)});
    add_copy(i, parts);
  }

  void add(Id i, const Delay& d) {
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

  void add(Id i, const Sparse& s) {
    Source source = s.input;
    std::vector<std::uint32_t> words{0};  // the first source, then the delays
    if (source.signal.of == Signal::Of::node && source.signal.state < 0 &&
        facts_.window(source.signal.index)) {
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

  void add(Id i, const Convolution&) { add_convolution(i, nullptr); }

  /// A pool may be made of the sums where they lie.
  void add_convolution(Id i, const Pool* pooling) {
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
    const bool dense = may_be_dense(c) && options_.drive != Drive::events &&
                       (plan_.target.has_fma || input == SPIKELOOM_BITS);
    add_whole(ConvolutionKernel{input, dense, pooling ? std::optional(pooling->how) : std::nullopt});
  }

  void add(Id, const Pool& p) {
    const Signal from = facts_.root(p.input.signal);
    if (from.of == Signal::Of::node && from.state < 0 && fusion_.fused(from.index))
      return add_convolution(from.index, &p);
    const PackedPool packed = pack(p, pool_);
    read(p.input);
    for (const Id constant : packed.constants) operand(constant);
    use_scratch(scratch_bytes(p));
    add_whole(PoolKernel{p.how, facts_.element(p.input.signal), packed.has_border, packed.uniform});
  }

  void add(Id, const Sequence& s) {
    operand(pool_.floats(s.rows->values, s.rows->values.size(), 0.0f));
    stage_.sizes[1] = as_u32(s.rows->shape[0]);
    stage_.sizes[2] = as_u32(s.rows->shape[1]);
    stage_.whole = 1;
    after_output_ = [] {};
    stage_.kernel = kernel(SequenceKernel{});
  }

  /// A kernel that takes all neurons at once, with scratch behind its output.
  void add_whole(KernelKind kind) {
    stage_.whole = 1;
    after_output_ = [this] { operand(scratch_); };
    stage_.kernel = kernel(std::move(kind));
  }

  Id kernel(KernelKind kind) {
    std::string key = kernel_key(kind);
    const auto [known, is_new] = kernels_.try_emplace(key, static_cast<Id>(plan_.kernels.size()));
    if (is_new) {
      std::string symbol = kernel_symbol(kind, plan_.kernels.size());
      plan_.kernels.push_back({std::move(symbol), std::move(key), std::move(kind)});
    }
    return known->second;
  }

  /// What only event lists and products read may lie anywhere: inputs of such layers are not copied.
  void find_given_inputs() {
    for (const ModelOutput& o : model_.outputs)
      if (facts_.root(o.signal).of == Signal::Of::input) read_as_rows_.insert(buffer_of(o.signal));
    for (Id i = 0; i < model_.inputs.size(); ++i) {
      spikeloom_buffer& b = plan_.buffers[input_buffer_[i]];
      if (model_.inputs[i].constant || read_as_rows_.contains(input_buffer_[i])) continue;
      b.memory = SPIKELOOM_GIVEN;
      b.slots = plan_.block_steps;
    }
  }

  void list_signals() {
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

  void list(const std::string& name, spikeloom_role role, Signal s) {
    const Signal root = facts_.root(s);
    const bool is_state = root.of == Signal::Of::node && root.state >= 0;
    const Id buffer = is_state ? state_buffer_[root.index][root.state] : buffer_of(s);
    const Id history = is_state ? trace_buffer_[root.index][root.state] : SPIKELOOM_NONE;
    plan_.signals.push_back({name, role, buffer, false, model_.shape(s), history});
  }

  void lay_out_memory() {
    for (spikeloom_buffer& b : plan_.buffers) {
      if (b.memory != SPIKELOOM_STATE && b.memory != SPIKELOOM_SCRATCH && !b.passed) continue;
      std::uint64_t& bytes = b.memory == SPIKELOOM_STATE ? plan_.arena_per_sample : plan_.scratch_per_sample;
      b.offset_per_sample = bytes;
      bytes += b.row_bytes * b.slots;
    }
  }

  struct LinearSource {
    std::uint32_t facts_operand;
    std::size_t fan_in;
    spikeloom_element input;
  };

  const Model& model_;
  const PlanOptions options_;
  SignalFacts facts_;
  std::vector<Component> components_;
  Fusion fusion_;
  Plan plan_;
  ConstantPool pool_;
  SharedSynapses synapses_;
  std::vector<Id> input_buffer_, node_buffer_, sums_buffer_;
  std::vector<std::vector<Id>> state_buffer_, trace_buffer_;
  std::set<Id> read_as_rows_;  // buffers whose readers count on the padding of rows, or on a history
  std::map<std::string, Id> kernels_;
  Id scratch_ = SPIKELOOM_NONE, nowhere_ = SPIKELOOM_NONE;
  // Of the stage that is being added.
  spikeloom_stage stage_{};
  std::vector<std::string> fused_;
  std::vector<LinearSource> linear_;
  std::uint32_t panel_ = 0;
  bool is_once_ = false;         // it depends on constants alone
  bool has_whole_rows_ = false;  // of the component that is being added
  std::function<void()> after_output_;
};

}  // namespace

Plan make_plan(const Model& model, const Target& target, const PlanOptions& options) {
  return Planner(model, target, options).run();
}

}  // namespace spikeloom
