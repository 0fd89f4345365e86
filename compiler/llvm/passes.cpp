#include "llvm/passes.h"

#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Target/TargetMachine.h>
#include <llvm/Transforms/InstCombine/InstCombine.h>
#include <llvm/Transforms/Scalar/DCE.h>
#include <llvm/Transforms/Scalar/EarlyCSE.h>
#include <llvm/Transforms/Scalar/LICM.h>
#include <llvm/Transforms/Scalar/LoopPassManager.h>
#include <llvm/Transforms/Scalar/LoopStrengthReduce.h>
#include <llvm/Transforms/Scalar/SimplifyCFG.h>

#include "support/check.h"

namespace spikeloom {

void optimize(llvm::Module& module, llvm::TargetMachine& machine) {
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager call_graph;
  llvm::ModuleAnalysisManager modules;
  llvm::PassBuilder builder(&machine);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(call_graph);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, call_graph, modules);

  llvm::FunctionPassManager passes;
  passes.addPass(llvm::EarlyCSEPass(true));
  passes.addPass(llvm::InstCombinePass());
  passes.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LICMPass(llvm::LICMOptions()), true));
  passes.addPass(llvm::SimplifyCFGPass());
  passes.addPass(llvm::DCEPass());
  llvm::FunctionPassManager strength;
  strength.addPass(llvm::createFunctionToLoopPassAdaptor(llvm::LoopStrengthReducePass()));
  for (llvm::Function& f : module) {
    if (f.isDeclaration()) continue;
    passes.run(f, functions);
    if (!f.hasFnAttribute(kReduced)) strength.run(f, functions);
  }
}

void verify_module(const llvm::Module& module, const char* when) {
  std::string problem;
  llvm::raw_string_ostream out(problem);
  const bool broken = llvm::verifyModule(module, &out);
  SPIKELOOM_CHECK(!broken, "llvm", std::string("broken code ") + when + ": " + out.str());
}

Result<void> check_size(const llvm::Module& module, const CodegenLimits& limits, std::size_t& in_program) {
  const auto too_much = [](const llvm::Function& f, const char* what, std::size_t most) {
    return Error(ErrorKind::limit,
                 "the code of " + f.getName().str() + " is too large: more than " + std::to_string(most) +
                     " instructions in one " + what,
                 "write the neuron with fewer or shorter equations");
  };
  for (const llvm::Function& f : module) {
    std::size_t in_function = 0;
    for (const llvm::BasicBlock& block : f) {
      if (block.size() > limits.block_instructions) return too_much(f, "block", limits.block_instructions);
      in_function += block.size();
    }
    if (in_function > limits.function_instructions)
      return too_much(f, "kernel", limits.function_instructions);
    in_program += in_function;
    if (in_program > limits.program_instructions)
      return Error(ErrorKind::limit,
                   "the network needs more than " + std::to_string(limits.program_instructions) +
                       " instructions of generated code",
                   "use fewer different neuron models and options; equal ones share their code");
  }
  return {};
}

}  // namespace spikeloom
