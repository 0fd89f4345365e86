#include "unit/llvm/objects.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include "llvm/emit.h"
#include "llvm/target.h"

namespace spikeloom::testing {

ObjectCode object_that_calls(const char* callee, const std::string& symbol) {
  const Cpu cpu = *find_cpu("");
  const auto machine = make_target_machine(cpu);
  llvm::LLVMContext context;
  llvm::Module module("m", context);
  module.setTargetTriple(cpu.triple);
  module.setDataLayout(machine->createDataLayout());
  llvm::IRBuilder<> b(context);
  auto* pointer = b.getPtrTy();
  auto* function = llvm::Function::Create(llvm::FunctionType::get(b.getVoidTy(), {pointer}, false),
                                          llvm::Function::ExternalLinkage, symbol, module);
  b.SetInsertPoint(llvm::BasicBlock::Create(context, "entry", function));
  auto* type = llvm::FunctionType::get(b.getInt32Ty(), {pointer}, false);
  b.CreateCall(module.getOrInsertFunction(callee, type), {function->getArg(0)});
  b.CreateRetVoid();
  return object_of(module, *machine);
}

}  // namespace spikeloom::testing
