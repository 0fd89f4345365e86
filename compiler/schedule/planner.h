// How a Plan is made: the model's signals get buffers, its nodes stages.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "schedule/blocks.h"
#include "schedule/components.h"
#include "schedule/constants.h"
#include "schedule/fuse.h"
#include "schedule/inline.h"
#include "schedule/plan.h"
#include "schedule/signals.h"
#include "schedule/sparse.h"
#include "support/check.h"

namespace spikeloom {

inline std::uint32_t as_u32(std::size_t n) {
  SPIKELOOM_CHECK(n < 0xffffffc0u, "schedule", "a size is beyond 32 bits");
  return static_cast<std::uint32_t>(n);
}

/// Holds what is known while a plan is made. make_plan.cpp has the order of it, buffers and signals;
/// add_stages.cpp the operands and the kernel of each kind of node.
class Planner {
 public:
  Planner(const Model& model, const Target& target, const PlanOptions& options);
  Plan run();

 private:
  using Id = std::uint32_t;
  Id add_buffer(spikeloom_memory memory, spikeloom_element element, std::uint32_t slots, std::size_t n);

  /// A multiple of the block, so that blocks are cut by delayed readers alone.
  std::uint32_t slots_for(Signal s) const;
  void set_initial(Id buffer, const PerNeuron* values, std::size_t n);
  Id add_signal(Signal s);
  void place_signals();

  /// Sums that their reader sets to zeros again. They need no more steps than run together, and all of them
  /// hold zeros before the start.
  Id add_sums(Id node);

  /// A block of steps that only a recorder reads.
  Id add_observed(std::size_t n);
  Id add_passed(std::size_t n);

  /// The buffer that holds a signal's steps.
  Id buffer_of(Signal s) const;
  void read(const Source& s);
  void operand(Id buffer, std::uint32_t delay = 0, bool ring = false) {
    plan_.operands.push_back({buffer, delay, ring ? 1u : 0u});
  }
  void use_scratch(std::uint64_t bytes) {
    std::uint64_t& row = plan_.buffers[scratch_].row_bytes;
    row = std::max(row, (bytes + 63) / 64 * 64);
  }

  /// What depends on constants alone is computed before everything else, once.
  void add_constant_stages();

  /// Steps that the stages of a cycle may run together: as many as its shortest delay against the order of
  /// the model, in which undelayed sources stand before their readers.
  std::uint32_t longest_block(const Component& component) const;
  void add_component(const Component& component);
  void add_stage(Id i);

  // Each add() appends the operands before the output; after_output_ those behind it.
  void add(Id i, const Population& p);
  CellKernel::Read add_row(const Source& s);

  /// A layer that nobody takes is a stage that gives its sums on.
  void add(Id i, const Linear&);

  /// All linear layers of a stage have panels of one width: that of the longest.
  struct Panel {
    std::uint32_t portable, here;  // as every machine would have it, and for this one's vectors
  };
  Panel panel_of(const Population& p, std::size_t outputs) const;
  CellKernel::Read add_linear(Id i, const Population& reader);

  /// The values of a layer that is a stage of its own are its output.
  Id observed_nowhere();

  /// Room for the event lists of the stage's layers, and when these are computed densely; whether their
  /// inputs are in blocks.
  void place_lists();

  /// Everything of a cell but its sources; `values` are those of inlined nodes.
  void add_rest(Id i, const Population& p, CellKernel k,
                const std::vector<InlinedPopulation::Value>& values = {});

  struct Part {
    Source source;
    std::size_t first, count;
  };
  void add_copy(Id i, const std::vector<Part>& parts);

  void add(Id i, const Reshape& r) { add_copy(i, {{r.input, 0, model_.nodes[i].size}}); }
  void add(Id i, const Slice& s) { add_copy(i, {{s.input, s.first, model_.nodes[i].size}}); }
  void add(Id i, const Concat& c);
  void add(Id i, const Delay& d);
  void add(Id i, const Sparse& s);

  void add(Id i, const Convolution&) { add_convolution(i, nullptr); }

  /// A pool may be made of the sums where they lie.
  void add_convolution(Id i, const Pool* pooling);
  void add(Id, const Pool& p);
  void add(Id, const Sequence& s);

  /// A kernel that takes all neurons at once, with scratch behind its output.
  void add_whole(KernelKind kind);
  Id kernel(KernelKind kind);

  /// What only event lists and products read may lie anywhere: inputs of such layers are not copied.
  void find_given_inputs();
  void list_signals();
  void list(const std::string& name, spikeloom_role role, Signal s);
  void lay_out_memory();

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
  std::vector<std::string> fused_, inlined_;
  std::vector<LinearSource> linear_;
  std::uint32_t panel_ = 0;
  bool is_once_ = false;         // it depends on constants alone
  bool has_whole_rows_ = false;  // of the component that is being added
  std::function<void()> after_output_;
};

}  // namespace spikeloom
