// Plan -> objects: emit every kernel, check, optimise and generate it.
#include "llvm/codegen.h"

#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include <future>
#include <optional>

#include "llvm/compile_thread.h"
#include "llvm/drive.h"
#include "llvm/emit.h"
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
  else if (const auto* convolution = std::get_if<ConvolutionKernel>(&kernel.kind))
    emit_convolution(frame, *convolution, drives);
  else if (const auto* pool = std::get_if<PoolKernel>(&kernel.kind))
    emit_pool(frame, *pool, drives);
  else if (const auto* sequence = std::get_if<SequenceKernel>(&kernel.kind))
    emit_sequence(frame, *sequence);
  else
    emit_delay(frame, std::get<DelayKernel>(kernel.kind));
}

std::string text_of(const llvm::Module& module) {
  std::string text;
  llvm::raw_string_ostream out(text);
  module.print(out, nullptr);
  return text;
}

/// One of the two modules of a program. Each has a context of its own, so that they may be worked on at once.
class ModuleCode {
 public:
  ModuleCode(const Cpu& cpu, unsigned lanes, const char* name)
      : machine_(make_target_machine(cpu)), module_(name, context_), b_(context_, lanes, cpu.instructions) {
    SPIKELOOM_CHECK(machine_, "llvm", "no code generator for " + cpu.triple);
    context_.setDiagnosticHandler(std::make_unique<SilentDiagnostics>());
    module_.setTargetTriple(cpu.triple);
    module_.setDataLayout(machine_->createDataLayout());
  }

  llvm::Module& module() { return module_; }
  VectorBuilder& builder() { return b_; }

  struct Generated {
    ObjectCode object;
    std::string llvm, assembly;  // if wanted
  };
  Generated generate(bool with_llvm, bool with_assembly) {
    verify_module(module_, "as emitted");
    optimize(module_, *machine_);
    verify_module(module_, "after optimisation");
    Generated made;
    if (with_llvm) made.llvm = text_of(module_);
    if (with_assembly) made.assembly = assembly_of(module_, *machine_);
    made.object = object_of(module_, *machine_);
    return made;
  }

 private:
  llvm::LLVMContext context_;
  std::unique_ptr<llvm::TargetMachine> machine_;
  llvm::Module module_;
  VectorBuilder b_;
};

/// Starts a thread if there is one to be had; else the work is done when it is asked for. Everything is held
/// by value: who waits may be parked (compile_thread.h).
std::future<Result<ModuleCode::Generated>> generate_drives(std::vector<DriveFunction> drives, const Cpu& cpu,
                                                           unsigned lanes, bool with_llvm,
                                                           bool with_assembly) {
  auto work = [drives = std::move(drives), cpu, lanes, with_llvm,
               with_assembly]() -> Result<ModuleCode::Generated> {
    // Shared with the thread, as below.
    const auto made = std::make_shared<ModuleCode::Generated>();
    TRY_VOID(on_compile_thread([=]() -> Result<void> {
      ModuleCode code(cpu, lanes, "drives");
      define_drives(code.builder(), code.module(), drives);
      *made = code.generate(with_llvm, with_assembly);
      return {};
    }));
    return std::move(*made);
  };
  return std::async(std::launch::async | std::launch::deferred, std::move(work));
}

Result<Objects> generate_modules(const Plan& plan, const Cpu& cpu, const CodegenLimits& limits,
                                 const CodeTexts& texts) {
  const bool with_llvm = texts.llvm, with_assembly = texts.assembly;
  std::optional<ModuleCode> kernels(std::in_place, cpu, plan.target.lanes, "network");
  for (const Kernel& kernel : plan.kernels) {
    emit_kernel(kernels->builder(), kernels->module(), kernel);
    // After each kernel: what is too much is not built to its end.
    TRY_VOID(check_size(kernels->module(), limits));
  }
  DriveShares drives = share_drives(kernels->module());
  std::future<Result<ModuleCode::Generated>> others;
  if (!drives.apart.empty())
    others = generate_drives(std::move(drives.apart), cpu, plan.target.lanes, with_llvm, with_assembly);
  define_drives(kernels->builder(), kernels->module(), drives.with_kernels);
  std::vector<ModuleCode::Generated> all;
  all.push_back(kernels->generate(with_llvm, with_assembly));
  kernels.reset();  // which takes a while, as long as the other module is not done
  if (others.valid()) {
    TRY(ModuleCode::Generated made, others.get());
    all.push_back(std::move(made));
  }
  if (with_llvm) texts.llvm->clear();
  if (with_assembly) texts.assembly->clear();
  Objects objects{cpu.name, {}};
  for (ModuleCode::Generated& made : all) {
    if (with_llvm) *texts.llvm += made.llvm;
    if (with_assembly) *texts.assembly += made.assembly;
    objects.files.push_back(std::move(made.object));
  }
  return objects;
}

}  // namespace

Result<Objects> generate_objects(const Plan& plan, const CodegenLimits& limits, const CodeTexts& texts) {
  SPIKELOOM_CHECK(plan.target.lanes != 0, "llvm", "the target was not resolved");
  TRY(const Cpu cpu, find_cpu(plan.target.cpu));
  // Shared with the thread: if LLVM dies there, what it still uses must stay.
  const auto made = std::make_shared<Objects>();
  TRY_VOID(on_compile_thread([&plan, &limits, &texts, cpu, made]() -> Result<void> {
    TRY(*made, generate_modules(plan, cpu, limits, texts));
    return {};
  }));
  return std::move(*made);
}

}  // namespace spikeloom
