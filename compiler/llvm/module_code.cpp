#include "llvm/module_code.h"

#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include <memory>

#include "llvm/emit.h"
#include "llvm/passes.h"

namespace spikeloom {
namespace {

/// LLVM's remarks do not belong on a user's terminal.
struct SilentDiagnostics : llvm::DiagnosticHandler {
  bool handleDiagnostics(const llvm::DiagnosticInfo&) override { return true; }
};

std::string text_of(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out, nullptr);
  return text;
}

}  // namespace

ModuleCode::ModuleCode(const Cpu& cpu, const llvm::TargetMachine& machine, unsigned lanes,
                       const std::string& name)
    : module_(name, context_), b_(context_, lanes, cpu.instructions) {
  context_.setDiagnosticHandler(std::make_unique<SilentDiagnostics>());
  module_.setTargetTriple(cpu.triple);
  module_.setDataLayout(machine.createDataLayout());
}

ModuleCode::Generated ModuleCode::generate(llvm::TargetMachine& machine, bool with_llvm, bool with_assembly) {
  verify_module(module_, "as emitted");
  optimize(module_, machine);
  verify_module(module_, "after optimisation");
  Generated made;
  if (with_llvm) made.llvm = text_of(module_);
  if (with_assembly) made.assembly = assembly_of(module_, machine);
  made.object = object_of(module_, machine);
  return made;
}

}  // namespace spikeloom
