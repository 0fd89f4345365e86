// What the plan must know of every signal of the network before it can place buffers.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model.h"
#include "spikeloom/program.h"

namespace spikeloom {

class SignalFacts {
 public:
  explicit SignalFacts(const Model& model);

  /// The signal whose buffer holds the values: behind reshapes that need no copy.
  Signal root(Signal s) const;
  /// A reshape that shares its source's buffer and needs no stage.
  bool aliased(std::uint32_t node) const { return aliased_[node]; }
  /// A slice that only sparse layers read: they look at its source directly, and it needs no stage.
  bool window(std::uint32_t node) const { return window_[node]; }
  /// Does not change from step to step: a constant input or what is computed from such alone. One slot.
  bool constant(Signal s) const;
  /// A state that is read by other nodes or given out: its values are kept for some steps.
  bool traced(std::uint32_t node, std::uint32_t state) const { return states_[node][state].read; }
  /// A state that counts down from at most 255, and that no node reads: a byte holds it.
  bool counts(std::uint32_t node, std::uint32_t state) const { return counts_[node][state]; }
  /// The longest delay of any reader.
  std::uint32_t longest_delay(Signal s) const;
  /// The slot to read for a source: a constant has no past.
  std::uint32_t effective_delay(const Source& s) const { return constant(s.signal) ? 0 : s.delay; }
  /// A layer's values that stages give to later ones in the same block, and to nobody else.
  bool passed(std::uint32_t node) const { return passed_[node]; }
  /// Bits for what is 0 or 1 in every step.
  spikeloom_element element(Signal s) const;

 private:
  struct Readers {
    bool read = false;
    bool by_others = false;  // than sparse layers
    std::uint32_t longest_delay = 0;
  };
  Readers& readers(Signal s);
  const Readers& readers(Signal s) const;
  void note_readers();
  bool is_window(std::size_t node) const;
  void find_aliases();
  void find_constants();
  void find_elements();
  void find_counters();
  void find_passed();

  const Model& model_;
  std::vector<Readers> inputs_, nodes_;
  std::vector<std::vector<Readers>> states_;
  std::vector<std::vector<bool>> counts_;
  std::vector<bool> aliased_, constant_, window_, passed_;
  std::vector<Signal> root_;  // of each node's main output
  std::vector<spikeloom_element> element_;
};

/// What delayed readers see before the start; null: zeros.
const PerNeuron* before_start(const Model& model, Signal s);

}  // namespace spikeloom
