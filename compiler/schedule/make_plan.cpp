// Model -> Plan: order of stages, segments, buffers with their slots, kernels by structure.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>

#include "schedule/components.h"
#include "schedule/constants.h"
#include "schedule/hash.h"
#include "schedule/kernel_key.h"
#include "schedule/plan.h"
#include "schedule/signals.h"
#include "support/check.h"

namespace spikeloom {
namespace {

/// Rows of a block should stay in the second-level cache, scratch beside them.
constexpr std::uint64_t kBlockBytes = 256 << 10;
constexpr std::uint64_t kScratchBytes = 128 << 10;
constexpr std::uint32_t kLongestBlock = 32;

std::uint32_t as_u32(std::size_t n) {
  SPIKELOOM_CHECK(n < 0xffffffc0u, "schedule", "a size is beyond 32 bits");
  return static_cast<std::uint32_t>(n);
}

class Planner {
 public:
  Planner(const Model& model, const Target& target)
      : model_(model), facts_(model), pool_(plan_.constants, plan_.buffers) {
    plan_.name = model.name;
    plan_.target = target;
    plan_.dt = model.dt;
    plan_.seed = model.seed;
    plan_.fixed_batch = model.fixed_batch;
  }

  Plan run() {
    plan_.block_steps = choose_block();
    place_signals();
    for (const Component& component : components(model_)) add_component(component);
    finish_scratch();
    list_signals();
    lay_out_arena();
    plan_.hash = hash_of(plan_);
    return std::move(plan_);
  }

 private:
  using Id = std::uint32_t;

  std::uint32_t choose_block() const {
    std::uint64_t step_bytes = 0;
    const auto count = [&](Signal s) {
      if (!facts_.constant(s)) step_bytes += row_bytes(model_.size(s), facts_.element(s));
    };
    for (Id i = 0; i < model_.inputs.size(); ++i) count({.of = Signal::Of::input, .index = i});
    for (Id i = 0; i < model_.nodes.size(); ++i) {
      if (!facts_.aliased(i)) count({.index = i});
      for (std::int32_t k = 0; k < static_cast<std::int32_t>(model_.nodes[i].states()); ++k)
        if (facts_.traced(i, k)) count({.index = i, .state = k});
    }
    const std::uint64_t fits =
        std::clamp<std::uint64_t>(kBlockBytes / std::max<std::uint64_t>(step_bytes, 1), 1, kLongestBlock);
    return static_cast<std::uint32_t>(std::bit_floor(fits));
  }

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
    if (!facts_.constant(s)) set_initial(b, before_start(model_, s), model_.size(s));
    return b;
  }

  void place_signals() {
    for (Id i = 0; i < model_.inputs.size(); ++i)
      input_buffer_.push_back(add_signal({.of = Signal::Of::input, .index = i}));
    for (Id i = 0; i < model_.nodes.size(); ++i) {
      const ModelNode& node = model_.nodes[i];
      node_buffer_.push_back(facts_.aliased(i) ? SPIKELOOM_NONE : add_signal({.index = i}));
      state_buffer_.emplace_back();
      trace_buffer_.emplace_back();
      for (std::int32_t k = 0; k < static_cast<std::int32_t>(node.states()); ++k) {
        const Signal s{.index = i, .state = k};
        const Id b = add_buffer(SPIKELOOM_STATE, SPIKELOOM_FLOAT, 1, node.size);
        set_initial(b, before_start(model_, s), node.size);
        state_buffer_.back().push_back(b);
        trace_buffer_.back().push_back(facts_.traced(i, k) ? add_signal(s) : SPIKELOOM_NONE);
      }
    }
    scratch_ = add_buffer(SPIKELOOM_SCRATCH, SPIKELOOM_WORDS, 1, 16);
  }

  /// The buffer that holds a signal's steps.
  Id buffer_of(Signal s) const {
    s = facts_.root(s);
    if (s.of == Signal::Of::input) return input_buffer_[s.index];
    return s.state < 0 ? node_buffer_[s.index] : trace_buffer_[s.index][s.state];
  }

  void read(const Source& s) { operand(buffer_of(s.signal), facts_.effective_delay(s)); }
  void operand(Id buffer, std::uint32_t delay = 0, bool ring = false) {
    plan_.operands.push_back({buffer, delay, ring ? 1u : 0u});
  }
  void use_scratch(std::uint64_t bytes) { scratch_bytes_ = std::max(scratch_bytes_, bytes); }

  void add_component(const Component& component) {
    const Id first = static_cast<Id>(plan_.stages.size());
    for (const Id node : component.nodes)
      if (!facts_.aliased(node)) add_stage(node);
    const Id added = static_cast<Id>(plan_.stages.size()) - first;
    if (added == 0) return;
    const bool joins = !component.cyclic && !plan_.segments.empty() && !plan_.segments.back().stepwise;
    if (joins)
      plan_.segments.back().stages += added;
    else
      plan_.segments.push_back({first, added, component.cyclic ? 1u : 0u});
  }

  void add_stage(Id i) {
    const ModelNode& node = model_.nodes[i];
    stage_ = {};
    stage_.first_operand = as_u32(plan_.operands.size());
    stage_.sizes[0] = as_u32(node.size);
    stage_.node_key = node.random_key;
    stage_.name = as_u32(plan_.stage_names.size());  // becomes an offset in the table
    std::visit([&](const auto& kind) { add(i, kind); }, node.kind);
    operand(node_buffer_[i]);
    after_output_();
    stage_.operands = as_u32(plan_.operands.size()) - stage_.first_operand;
    plan_.stages.push_back(stage_);
    plan_.stage_names.push_back(node.name);
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
        k.ports.back().push_back({facts_.element(s.signal)});
        read(s);
      }
    }
    for (const PerNeuron& value : p.fixed) {
      k.fixed_uniform.push_back(value.uniform());
      operand(pool_.per_neuron(value, model_.nodes[i].size));
    }
    for (const LevelTable& table : p.cell.tables) {
      const std::size_t levels = std::size_t{1} << table_bits(table);
      operand(pool_.floats(table.midpoints, levels - 1, std::numeric_limits<float>::infinity()));
      operand(pool_.floats(table.levels, levels, table.levels.back()));
    }
    for (std::size_t s = 0; s < p.cell.states.size(); ++s) {
      k.state_traced.push_back(facts_.traced(i, static_cast<Id>(s)));
      operand(state_buffer_[i][s]);
    }
    const bool winner = p.cell.winner != kNoNode;
    if (winner) {
      stage_.whole = 1;
      use_scratch(row_bytes(model_.nodes[i].size, SPIKELOOM_FLOAT));
    }
    after_output_ = [this, i, winner] {
      for (const Id trace : trace_buffer_[i])
        if (trace != SPIKELOOM_NONE) operand(trace);
      if (winner) operand(scratch_);
    };
    stage_.kernel = kernel(std::move(k));
  }

  void add(Id, const Linear& l) {
    const LinearKernel k{facts_.element(l.input.signal), l.bias != nullptr};
    read(l.input);
    operand(pool_.weights(l.weight));
    if (l.bias) operand(pool_.floats(l.bias->values, l.bias->values.size(), 0.0f));
    const std::size_t in = l.weight->shape[1];
    const std::uint64_t bytes = event_bytes(in, k.input);
    const std::uint64_t steps = std::clamp<std::uint64_t>(kScratchBytes / bytes, 1, plan_.block_steps);
    stage_.sizes[1] = as_u32(in);
    stage_.sizes[2] = static_cast<std::uint32_t>(steps);
    use_scratch(bytes * steps);
    after_output_ = [this] { operand(scratch_); };
    stage_.kernel = kernel(k);
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
    read(d.input);
    operand(pool_.words(steps));
    operand(history, 0, true);
    stage_.sizes[1] = slots;
    stage_.whole = 1;
    after_output_ = [] {};
    stage_.kernel = kernel(DelayKernel{facts_.element(d.input.signal), element});
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

  void finish_scratch() {
    spikeloom_buffer& b = plan_.buffers[scratch_];
    b.row_bytes = std::max(b.row_bytes, (scratch_bytes_ + 63) / 64 * 64);
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

  void lay_out_arena() {
    for (spikeloom_buffer& b : plan_.buffers) {
      if (b.memory == SPIKELOOM_CONSTANT) continue;
      b.offset_per_sample = plan_.arena_per_sample;
      plan_.arena_per_sample += b.row_bytes * b.slots;
    }
  }

  const Model& model_;
  SignalFacts facts_;
  Plan plan_;
  ConstantPool pool_;
  std::vector<Id> input_buffer_, node_buffer_;
  std::vector<std::vector<Id>> state_buffer_, trace_buffer_;
  std::map<std::string, Id> kernels_;
  Id scratch_ = SPIKELOOM_NONE;
  std::uint64_t scratch_bytes_ = 0;
  spikeloom_stage stage_{};
  std::function<void()> after_output_;
};

}  // namespace

Plan make_plan(const Model& model, const Target& target) {
  return Planner(model, target).run();
}

}  // namespace spikeloom
