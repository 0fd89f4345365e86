// Plan -> Program: find its code, or emit every kernel, check, optimise and generate it; load.
#include "llvm/codegen.h"

#include <llvm/IR/DiagnosticHandler.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/raw_ostream.h>
#include <llvm/Target/TargetMachine.h>

#include <future>

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

/// One of the two modules of a program. Each has a context of its own, so that they may be worked on at once.
class ModuleCode {
 public:
  ModuleCode(const Cpu& cpu, unsigned lanes, Code code)
      : machine_(make_target_machine(cpu)),
        module_(code == Code::kernels ? "network" : "drives", context_),
        b_(context_, lanes, cpu.instructions),
        code_(code) {
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
    optimize(module_, *machine_, code_);
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
  Code code_;
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
      ModuleCode code(cpu, lanes, Code::drives);
      define_drives(code.builder(), code.module(), drives);
      *made = code.generate(with_llvm, with_assembly);
      return {};
    }));
    return std::move(*made);
  };
  return std::async(std::launch::async | std::launch::deferred, std::move(work));
}

/// The code generator: what a program that is found in the cache does not go through.
Result<Objects> generate_objects(const Plan& plan, const Cpu& cpu, const CodegenOptions& options) {
  const bool with_llvm = options.dump_llvm, with_assembly = options.dump_asm;
  ModuleCode kernels(cpu, plan.target.lanes, Code::kernels);
  for (const Kernel& kernel : plan.kernels) {
    emit_kernel(kernels.builder(), kernels.module(), kernel);
    // After each kernel: what is too much is not built to its end.
    TRY_VOID(check_size(kernels.module(), options.limits));
  }
  std::vector<DriveFunction> drives = drives_of(kernels.module());
  std::future<Result<ModuleCode::Generated>> others;
  if (!drives.empty())
    others = generate_drives(std::move(drives), cpu, plan.target.lanes, with_llvm, with_assembly);
  std::vector<ModuleCode::Generated> all;
  all.push_back(kernels.generate(with_llvm, with_assembly));
  if (others.valid()) {
    TRY(ModuleCode::Generated made, others.get());
    all.push_back(std::move(made));
  }
  if (with_llvm) options.dump_llvm->clear();
  if (with_assembly) options.dump_asm->clear();
  Objects objects;
  for (ModuleCode::Generated& made : all) {
    if (with_llvm) *options.dump_llvm += made.llvm;
    if (with_assembly) *options.dump_asm += made.assembly;
    objects.push_back(std::move(made.object));
  }
  return objects;
}

std::vector<std::string> symbols_of(const Plan& plan) {
  std::vector<std::string> symbols;
  for (const Kernel& kernel : plan.kernels) symbols.push_back(kernel.symbol);
  return symbols;
}

struct Compiled {
  Objects objects;
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
    if (const auto bytes = options.cache->find(key))
      if (auto objects = parted(*bytes))
        if (auto loaded = load_objects(*objects, symbols))
          return Compiled{*std::move(objects), *std::move(loaded), 0};
  TRY(Objects objects, generate_objects(plan, cpu, options));
  TRY(LoadedKernels loaded, load_objects(objects, symbols));
  if (options.cache) options.cache->store(key, joined(objects));
  return Compiled{std::move(objects), std::move(loaded), plan.kernels.size()};
}

Result<void> compile(const Plan& plan, const CodegenOptions& options, Owner& owner) {
  TRY(Compiled compiled, find_or_generate(plan, options));
  if (!options.perf_map.empty())
    TRY_VOID(write_perf_map(options.perf_map, plan, compiled.objects, *compiled.kernels.code));
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
