// The linear layers of a population: samples in groups, steps in chunks, outputs in panels. Their currents
// are computed first, into the first-level cache, and then the neurons of the panel run.
#pragma once

#include <utility>
#include <vector>

#include "llvm/drive.h"
#include "llvm/kernel_frame.h"
#include "llvm/population.h"

namespace spikeloom {

class PanelCode {
 public:
  PanelCode(KernelFrame& frame, const CellKernel& kernel, DriveCode& drives, PopulationCode& neurons);
  /// All samples and steps of the call.
  void run();

 private:
  struct LinearSource {
    unsigned operand = 0;  // the first of its five
    CellKernel::Read read = {};
    llvm::Value *fan_in = nullptr, *dense_from = nullptr, *events_from = nullptr, *near_from = nullptr;
    llvm::Value *row_bytes = nullptr, *currents = nullptr;
    llvm::Value* distance =
        nullptr;  // floats by which the weights of a strip lie before the next one's, for each output
    llvm::Value *capacity = nullptr, *list_bytes = nullptr;      // of a list
    llvm::Value* inputs = nullptr;                               // whose events a list holds
    llvm::Value *list_offset = nullptr, *sums_offset = nullptr;  // in a row of scratch
    llvm::Value *dense = nullptr, *near = nullptr;               // in the steps that are being computed
  };

  void load_facts(LinearSource& l);
  void place_lists(LinearSource& l, llvm::Value* steps);
  llvm::Value* scratch_of(llvm::Value* sample, llvm::Value* first_sample, llvm::Value* offset);
  /// The list of the inputs from `input` on, the first of a block; null: there are no blocks.
  llvm::Value* list_of(const LinearSource& l, llvm::Value* sample, llvm::Value* first_sample,
                       llvm::Value* input = nullptr);
  llvm::Value* list_inputs(const LinearSource& l, llvm::Value* sample, llvm::Value* first_sample);
  DriveCode::Input input_of(const LinearSource& l, llvm::Value* sample);
  DriveCode::Panel panel_of(const LinearSource& l, llvm::Value* width);
  llvm::Value* steps_now() { return b_.CreateSub(end_step_, first_step_); }
  void choose_drive(std::size_t number, llvm::Value* first, llvm::Value* end);
  llvm::Value* outputs_of_a_pass(llvm::Value* first, llvm::Value* end);
  void emit_panels(llvm::Value* first, llvm::Value* end);
  llvm::Value* weights_of_panel(const LinearSource& l);
  void bring_near(const LinearSource& l, llvm::Value* width);
  void emit_steps_of_panel(llvm::Value* sample, llvm::Value* first, llvm::Value* width, llvm::Value* last);
  std::pair<llvm::Value*, llvm::Value*> next_panel(const LinearSource& l, llvm::Value* width,
                                                   llvm::Value* sample, llvm::Value* first);
  void fill_currents(const LinearSource& l, llvm::Value* width, llvm::Value* sample, llvm::Value* first);
  void for_each_block(const LinearSource& l, llvm::function_ref<void(llvm::Value* input)> body);
  void add_blocks(const LinearSource& l, llvm::Value* width, llvm::Value* first, llvm::Value* end);
  void emit_neurons_of_panel(llvm::Value* sample, llvm::Value* first, llvm::Value* width, llvm::Value* last);
  void add_densely(const LinearSource& l, llvm::Value* width, llvm::Value* sample, llvm::Value* first,
                   llvm::Value* currents, std::uint64_t stride);
  void show_currents(const LinearSource& l, llvm::Value* width, llvm::Value* sample, llvm::Value* currents,
                     std::uint64_t stride);
  void copy_currents(llvm::Value* width, llvm::Value* currents, std::uint64_t stride, const Row& to);

  KernelFrame& f_;
  VectorBuilder& b_;
  const CellKernel& k_;
  DriveCode& drives_;
  PopulationCode& neurons_;
  std::vector<LinearSource> linear_;
  llvm::Value* list_row_ = nullptr;  // bytes of the lists of a sample
  // Of the steps and the panel that are being computed.
  llvm::Value *chunk_ = nullptr, *first_step_ = nullptr, *end_step_ = nullptr, *panel_ = nullptr,
              *end_sample_ = nullptr;
};

}  // namespace spikeloom
