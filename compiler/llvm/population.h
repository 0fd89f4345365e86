// The neurons of a population: one step of a tile, tiles that run all steps with their states in registers,
// and rounds of inhibition. Where their currents come from is not known here.
#pragma once

#include <array>
#include <vector>

#include "llvm/expression.h"
#include "llvm/kernel_frame.h"
#include "llvm/tile.h"

namespace spikeloom {

/// Operands of one source of a port (plan.h).
inline unsigned operand_count(const CellKernel::Read& read) {
  return read.linear ? 5 : read.emptied ? 2 : 1;
}

class PopulationCode {
 public:
  /// Loads what all samples share.
  PopulationCode(KernelFrame& frame, const CellKernel& kernel);

  /// Rows of a source: from a neuron and a step on; null is the first of the call.
  struct SourceRow {
    Row row;
    llvm::Value* first_neuron = nullptr;
    llvm::Value* first_step = nullptr;
    Row observed;                         // of a row that is emptied: where its values go if somebody looks
    llvm::Value* all_or_first = nullptr;  // 0 if the row is zeros of one tile that stand for all of them
  };

  /// Whether neurons only pass on their one source, a linear layer: where its currents go is the output.
  bool is_linear_alone() const;
  Row output_row(llvm::Value* sample) { return f_.operand(output_operand_, sample); }
  /// The first operand of the scratch that comes behind those of the neurons.
  unsigned scratch_operand() const { return scratch_operand_; }
  /// Points at the rows of a sample. `computed` are the sources that no row of the call holds, in the order
  /// of the ports.
  void load_rows(llvm::Value* sample, llvm::ArrayRef<SourceRow> computed = {});
  /// Neurons [first, end) in the steps [begin_step, end_step).
  void emit_tiles(llvm::Value* first, llvm::Value* end, llvm::Value* begin_step, llvm::Value* end_step);
  /// With inhibition a step needs the whole population twice: who is largest, then everything else.
  void emit_rounds_of_winners();

 private:
  /// What a tile loads before its steps: for each vector, fixed values and sources that do not change.
  struct Held {
    llvm::SmallVector<Values, 8> fixed;
    std::vector<std::vector<Values>> sources;  // [port][source][vector]; empty where they change
    llvm::Value* existing = nullptr;
  };

  /// Addresses of one step, which a loop over steps carries to the next one: of floats the tile's first, of
  /// bits the row's. Null: a source that does not change, a state without a trace.
  struct StepRows {
    std::vector<Values> sources;  // [port][source]
    Values traces;
    llvm::Value* output = nullptr;

    void for_each(llvm::function_ref<void(llvm::Value*&)> visit);
  };

  void load_constants();
  void store_zeros();
  void find_sums(SourceRow& source);
  llvm::Value* vector_at(llvm::Value* row, llvm::Value* first, unsigned v);
  llvm::Value* vector_of(llvm::Value* row, unsigned v);
  bool is_counter(std::size_t state) const { return k_.states[state] == CellKernel::State::counter; }
  llvm::Value* state_at(std::size_t state, llvm::Value* first, unsigned v);
  llvm::Align state_alignment(std::size_t state) const;
  Held hold(const Tile& tile);
  /// `other`: of a trace, or of the output; and whether it holds floats.
  StepRows collect_rows(llvm::function_ref<llvm::Value*(std::size_t port, std::size_t source)> source,
                        llvm::function_ref<llvm::Value*(const Row&, bool has_floats)> other);
  StepRows rows_at(const Tile& tile, llvm::Value* step);
  /// How far it is from step to step.
  StepRows strides();
  llvm::Value* source_row(const Tile& tile, std::size_t p, std::size_t s, llvm::Value* step);
  Values source_vectors(const Tile& tile, std::size_t p, std::size_t s, llvm::Value* row, llvm::Value* step);
  std::vector<Values> port_values(const Tile& tile, llvm::Value* step, const StepRows& rows,
                                  const Held& held);
  llvm::Value* neuron_numbers(const Tile& tile, unsigned v);
  std::vector<llvm::Value*> evaluate(const Tile& tile, unsigned v, llvm::Value* step,
                                     const std::vector<bool>& needed, const std::vector<Values>& ports,
                                     llvm::ArrayRef<llvm::Value*> states, const Held& held,
                                     llvm::Value* winner, llvm::ArrayRef<llvm::Value*> known = {});
  /// `now` are the states of all vectors, then their carried conditions; so is the result.
  Values emit_step(const Tile& tile, llvm::Value* step, const StepRows& rows,
                   llvm::ArrayRef<llvm::Value*> now, const Held& held, llvm::Value* winner);
  void carry_choice();
  llvm::Value* as_carried(const CarriedCondition& c, llvm::Value* condition);
  /// Behind a step whose values are these.
  llvm::Value* carried_value(const CarriedCondition& c, llvm::ArrayRef<llvm::Value*> values);
  /// What the first step finds that later ones carry.
  Values first_conditions(const Tile& tile, llvm::ArrayRef<llvm::Value*> states, const Held& held);
  /// Sums that nobody else reads; leaves zeros.
  Values take_sums(const Tile& tile, const SourceRow& source, llvm::Value* row, llvm::Value* step);
  void store_values(unsigned v, llvm::Value* value, llvm::Value* row);
  void store_if_observed(const Tile& tile, unsigned v, llvm::Value* step, const Row& to, llvm::Value* value);
  void trace(const Tile& tile, unsigned v, llvm::Value* step, std::size_t s, llvm::Value* row,
             llvm::Value* value);
  Values load_states(const Tile& tile);
  void store_states(const Tile& tile, llvm::ArrayRef<llvm::Value*> states);
  void emit_tile(const Tile& tile, llvm::Value* begin_step, llvm::Value* end_step);
  llvm::Value* goes_backwards();
  void fetch_ahead(const Tile& tile, llvm::Value* begin_step, llvm::Value* end_step);
  void for_each_vector(llvm::function_ref<void(const Tile&)> body);
  llvm::Value* find_largest();

  KernelFrame& f_;
  VectorBuilder& b_;
  const CellKernel& k_;
  const Cell& cell_;
  std::vector<NodeId> wanted_;  // of a step
  std::vector<bool> needed_;    // and what they need
  std::vector<CarriedCondition> carried_;
  std::vector<NodeId> known_;  // carried_, at the begin of a step
  unsigned first_fixed_ = 0, first_state_ = 0, output_operand_ = 0, first_trace_ = 0, first_value_ = 0,
           scratch_operand_ = 0;

  Values fixed_;  // a vector if uniform, else the row's address
  llvm::SmallVector<Leaves::Table, 2> tables_;
  llvm::Value *step_number_ = nullptr, *observed_ = nullptr;
  llvm::Value* zeros_ = nullptr;  // of a tile
  std::array<llvm::Value*, 2> key_{};
  llvm::Value *node_key_ = nullptr, *sample_base_ = nullptr;

  // Of the sample that is being computed.
  std::vector<std::vector<SourceRow>> ports_;
  Values states_;  // addresses
  Row output_;
  std::vector<Row> traces_, values_;
  llvm::Value *excess_ = nullptr, *sample_ = nullptr;
};

}  // namespace spikeloom
