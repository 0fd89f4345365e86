// Plan -> Program: find its code, or emit every kernel, check, optimise and generate it; load.
#include "llvm/codegen.h"

#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include "cache/code_cache.h"
#include "llvm/code_key.h"
#include "llvm/compile_thread.h"
#include "llvm/drive.h"
#include "llvm/jit.h"
#include "llvm/kernel_frame.h"
#include "llvm/object.h"
#include "llvm/passes.h"
#include "llvm/perf_map.h"
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

/// What a program keeps alive.
struct Owner {
  std::shared_ptr<LoadedCode> code;
  std::vector<spikeloom_kernel> kernels;
  std::shared_ptr<const TableImage> image;
};

/// The code generator: what a program that is found in the cache does not go through.
Result<ObjectCode> generate_object(const Plan& plan, const Cpu& cpu, const CodegenOptions& options) {
  const std::unique_ptr<llvm::TargetMachine> machine = make_target_machine(cpu);
  SPIKELOOM_CHECK(machine, "llvm", "no code generator for " + cpu.triple);

  llvm::LLVMContext context;
  context.setDiagnosticHandler(std::make_unique<SilentDiagnostics>());
  llvm::Module module("network", context);
  module.setTargetTriple(cpu.triple);
  module.setDataLayout(machine->createDataLayout());

  VectorBuilder b(context, plan.target.lanes, cpu.instructions);
  for (const Kernel& kernel : plan.kernels) {
    emit_kernel(b, module, kernel);
    TRY_VOID(
        check_size(module, options.limits));  // after each kernel: what is too much is not built to its end
  }
  verify_module(module, "as emitted");
  optimize(module, *machine);
  verify_module(module, "after optimisation");
  if (options.dump_llvm) *options.dump_llvm = text_of(module);
  if (options.dump_asm) *options.dump_asm = assembly_of(module, *machine);
  return object_of(module, *machine);
}

std::vector<std::string> symbols_of(const Plan& plan) {
  std::vector<std::string> symbols;
  for (const Kernel& kernel : plan.kernels) symbols.push_back(kernel.symbol);
  return symbols;
}

struct Compiled {
  ObjectCode object;
  LoadedKernels kernels;
  std::size_t generated = 0;
};

/// What the cache holds is taken if it can be linked; otherwise the code is generated, and the entry
/// replaced.
Result<Compiled> find_or_generate(const Plan& plan, const CodegenOptions& options) {
  TRY(const Cpu cpu, find_cpu(plan.target.cpu));
  const std::vector<std::string> symbols = symbols_of(plan);
  const bool is_shown = options.dump_llvm || options.dump_asm;
  const std::string key = options.cache ? code_key(plan, cpu, options.limits) : "";
  if (options.cache && !is_shown)
    if (auto object = options.cache->find(key))
      if (auto loaded = load_object(*object, symbols))
        return Compiled{*std::move(object), *std::move(loaded), 0};
  TRY(ObjectCode object, generate_object(plan, cpu, options));
  TRY(LoadedKernels loaded, load_object(object, symbols));
  if (options.cache) options.cache->store(key, object);
  return Compiled{std::move(object), std::move(loaded), plan.kernels.size()};
}

Result<void> compile(const Plan& plan, const CodegenOptions& options, Owner& owner) {
  TRY(Compiled compiled, find_or_generate(plan, options));
  if (!options.perf_map.empty())
    TRY_VOID(write_perf_map(options.perf_map, plan, compiled.object, compiled.kernels.functions));
  if (options.generated) *options.generated = compiled.generated;
  owner.code = std::move(compiled.kernels.code);
  owner.kernels = std::move(compiled.kernels.functions);
  return {};
}

}  // namespace

Result<Program> generate(const Plan& plan, const CodegenOptions& options) {
  SPIKELOOM_CHECK(plan.target.lanes != 0, "llvm", "the target was not resolved");
  // Shared with the thread: if LLVM dies there, what it still uses must stay.
  const auto owner = std::make_shared<Owner>();
  TRY_VOID(on_compile_thread([&plan, &options, owner] { return compile(plan, options, *owner); }));
  owner->image = make_table(plan);
  return Program::load(table_of(*owner->image), owner->kernels.data(), constants_of(*owner->image), owner);
}

}  // namespace spikeloom
