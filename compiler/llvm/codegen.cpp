// Plan -> Program: emit every kernel, check, optimise, load.
#include "llvm/codegen.h"

#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include "llvm/compile_thread.h"
#include "llvm/drive.h"
#include "llvm/jit.h"
#include "llvm/kernel_frame.h"
#include "llvm/passes.h"
#include "llvm/target.h"
#include "support/check.h"
#include "support/try.h"

namespace spikeloom {
namespace {

/// LLVM's remarks do not belong on a user's terminal.
struct SilentDiagnostics : llvm::DiagnosticHandler {
  bool handleDiagnostics(const llvm::DiagnosticInfo&) override { return true; }
};

void emit_kernel(VectorBuilder& b, llvm::Module& module, const Kernel& kernel) {
  DriveCode drives(b, module);
  KernelFrame frame(b, module, kernel.symbol);
  if (const auto* cell = std::get_if<CellKernel>(&kernel.kind))
    emit_cell(frame, *cell, drives);
  else if (const auto* copy = std::get_if<CopyKernel>(&kernel.kind))
    emit_copy(frame, *copy);
  else if (const auto* sparse = std::get_if<SparseKernel>(&kernel.kind))
    emit_sparse(frame, *sparse);
  else
    emit_delay(frame, std::get<DelayKernel>(kernel.kind));
}

std::string text_of(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out, nullptr);
  return text;
}

/// What a program keeps alive.
struct Owner {
  std::shared_ptr<LoadedCode> code;
  std::vector<spikeloom_kernel> kernels;
  std::shared_ptr<const TableImage> image;
};

struct Request {
  const Plan& plan;
  const CodegenLimits& limits;
  std::string *dump_llvm, *dump_asm;
};

Result<void> compile(const Request& r, Owner& owner) {
  TRY(const Cpu cpu, find_cpu(r.plan.target.cpu));
  const std::unique_ptr<llvm::TargetMachine> machine = make_target_machine(cpu);
  SPIKELOOM_CHECK(machine, "llvm", "no code generator for " + cpu.triple);

  auto context = std::make_unique<llvm::LLVMContext>();
  context->setDiagnosticHandler(std::make_unique<SilentDiagnostics>());
  auto module = std::make_unique<llvm::Module>("network", *context);
  module->setTargetTriple(cpu.triple);
  module->setDataLayout(machine->createDataLayout());

  VectorBuilder b(*context, r.plan.target.lanes, cpu.instructions);
  std::vector<std::string> symbols;
  for (const Kernel& kernel : r.plan.kernels) {
    emit_kernel(b, *module, kernel);
    symbols.push_back(kernel.symbol);
    TRY_VOID(check_size(*module, r.limits));  // after each kernel: what is too much is not built to its end
  }
  verify_module(*module, "as emitted");
  optimize(*module, *machine);
  verify_module(*module, "after optimisation");
  if (r.dump_llvm) *r.dump_llvm = text_of(*module);
  if (r.dump_asm) *r.dump_asm = assembly_of(*module, *machine);

  TRY(LoadedKernels loaded, load_module(std::move(context), std::move(module), symbols, cpu));
  owner.code = std::move(loaded.code);
  owner.kernels = std::move(loaded.functions);
  return {};
}

}  // namespace

Result<Program> generate(const Plan& plan, const CodegenLimits& limits, std::string* dump_llvm,
                         std::string* dump_asm) {
  SPIKELOOM_CHECK(plan.target.lanes != 0, "llvm", "the target was not resolved");
  // Shared with the thread: if LLVM dies there, what it still uses must stay.
  const auto owner = std::make_shared<Owner>();
  const Request request{plan, limits, dump_llvm, dump_asm};
  TRY_VOID(on_compile_thread([owner, request] { return compile(request, *owner); }));
  owner->image = make_table(plan);
  return Program::load(table_of(*owner->image), owner->kernels.data(), constants_of(*owner->image), owner);
}

}  // namespace spikeloom
