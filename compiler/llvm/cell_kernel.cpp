// A population with what drives it in the same step.
#include "llvm/panels.h"
#include "llvm/passes.h"
#include "llvm/population.h"

namespace spikeloom {

void emit_cell(KernelFrame& frame, const CellKernel& kernel, DriveCode& drives) {
  frame.b.GetInsertBlock()->getParent()->addFnAttr(kReduced);
  PopulationCode neurons(frame, kernel);
  if (kernel.has_linear()) {
    PanelCode(frame, kernel, drives, neurons).run();
  } else {
    frame.for_each_sample([&](llvm::Value* sample) {
      neurons.load_rows(sample);
      if (kernel.cell.winner == kNoNode)
        neurons.emit_tiles(frame.first_neuron, frame.end_neuron, frame.b.getInt64(0), frame.steps);
      else
        neurons.emit_rounds_of_winners();
    });
  }
  frame.close();
}

}  // namespace spikeloom
