// Plan -> objects: emit every kernel and check its size, then optimise and generate them, several at once.
#include "llvm/codegen.h"

#include <llvm/Target/TargetMachine.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <thread>

#include "llvm/compile_thread.h"
#include "llvm/drive.h"
#include "llvm/kernel_frame.h"
#include "llvm/module_code.h"
#include "llvm/passes.h"
#include "llvm/prebuilt.h"
#include "support/check.h"
#include "support/try.h"

namespace spikeloom {
namespace {

constexpr std::size_t kMostThreads = 4;

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

/// LLVM's code generators of one thread: for the CPU of the plan, and for its level.
class Machines {
 public:
  explicit Machines(const Cpu& cpu) : cpu_(cpu) {}

  llvm::TargetMachine& of(const Level* level) {
    auto& machine = machines_[level];
    if (!machine) machine = make_target_machine(level ? cpu_of(*level) : cpu_);
    SPIKELOOM_CHECK(machine, "llvm", "no code generator for " + cpu_.triple);
    return *machine;
  }

 private:
  const Cpu& cpu_;
  std::map<const Level*, std::unique_ptr<llvm::TargetMachine>> machines_;
};

/// The modules of a program, each with one function that can be called. Who works on them holds this: a
/// thread that LLVM gave up on is parked, and what it uses must stay (compile_thread.h).
class Modules {
 public:
  Modules(const Plan& plan, Cpu cpu, const CodegenLimits& limits, const CodeTexts& texts)
      : plan_(plan),
        cpu_(std::move(cpu)),
        limits_(limits),
        with_llvm_(texts.llvm),
        with_asm_(texts.assembly) {}

  const Cpu& cpu() const { return cpu_; }

  Result<void> emit(Machines& machines) {
    std::set<std::string> drives;
    std::size_t instructions = 0;
    for (const Kernel& kernel : plan_.kernels) {
      auto code = std::make_unique<ModuleCode>(cpu_, machines.of(nullptr), plan_.target.lanes, kernel.symbol);
      emit_kernel(code->builder(), code->module(), kernel);
      // After each kernel: what is too much is not built to its end.
      TRY_VOID(check_size(code->module(), limits_, instructions));
      for (std::string& symbol : drives_called_in(code->module())) drives.insert(std::move(symbol));
      add(std::move(code), nullptr);
    }
    for (const std::string& symbol : drives) add_drive(symbol, machines);
    std::ranges::stable_sort(waiting_, std::greater(), &Waiting::instructions);
    return {};
  }

  /// Modules that have to be generated. Several threads may do that.
  std::size_t count() const { return waiting_.size(); }
  void generate(Machines& machines) {
    for (std::size_t i = next_++; i < waiting_.size(); i = next_++) {
      Waiting& one = waiting_[i];
      made_[one.place] = one.code->generate(machines.of(one.level), with_llvm_, with_asm_);
      one.code.reset();
    }
  }

  Objects take(const CodeTexts& texts) {
    if (with_llvm_) texts.llvm->clear();
    if (with_asm_) texts.assembly->clear();
    Objects objects{cpu_.name, {}};
    for (ModuleCode::Generated& made : made_) {
      if (with_llvm_) *texts.llvm += made.llvm;
      if (with_asm_) *texts.assembly += made.assembly;
      objects.files.push_back(std::move(made.object));
    }
    return objects;
  }

 private:
  struct Waiting {
    std::unique_ptr<ModuleCode> code;
    const Level* level;  // null: for the CPU of the plan
    std::size_t place;   // in made_
    std::size_t instructions;
  };

  void add(std::unique_ptr<ModuleCode> code, const Level* level) {
    const std::size_t instructions = code->module().getInstructionCount();
    waiting_.push_back({std::move(code), level, made_.size(), instructions});
    made_.emplace_back();
  }

  /// As it was built with the project, if there is one. What is to be shown is generated again: it is the
  /// same.
  void add_drive(const std::string& symbol, Machines& machines) {
    const Level* level = cpu_.level && cpu_.level->lanes == plan_.target.lanes ? cpu_.level : nullptr;
    if (level && !with_llvm_ && !with_asm_)
      for (const PrebuiltDrive& one : prebuilt_drives())
        if (one.level == level->name && one.symbol == symbol) {
          made_.push_back({{one.object.begin(), one.object.end()}, {}, {}});
          return;
        }
    auto code = std::make_unique<ModuleCode>(level ? cpu_of(*level) : cpu_, machines.of(level),
                                             plan_.target.lanes, symbol);
    define_drive(code->builder(), code->module(), symbol);
    add(std::move(code), level);
  }

  const Plan& plan_;  // emit() alone reads it, in the time of the call
  const Cpu cpu_;
  const CodegenLimits limits_;
  const bool with_llvm_, with_asm_;
  std::vector<Waiting> waiting_;  // the longest first
  std::vector<ModuleCode::Generated> made_;
  std::atomic<std::size_t> next_ = 0;
};

/// On threads of their own, if there are any to be had; else when they are waited for.
std::vector<std::future<Result<void>>> help(const std::shared_ptr<Modules>& modules) {
  const std::size_t cores = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, kMostThreads);
  std::vector<std::future<Result<void>>> helpers;
  for (std::size_t i = 1; i < std::min(cores, modules->count()); ++i)
    helpers.push_back(std::async(std::launch::async | std::launch::deferred, [modules] {
      return on_compile_thread([modules]() -> Result<void> {
        Machines machines(modules->cpu());
        modules->generate(machines);
        return {};
      });
    }));
  return helpers;
}

Result<void> generate_all(const std::shared_ptr<Modules>& modules) {
  Machines machines(modules->cpu());
  TRY_VOID(modules->emit(machines));
  auto helpers = help(modules);
  modules->generate(machines);
  for (auto& helper : helpers) TRY_VOID(helper.get());
  return {};
}

}  // namespace

Result<Objects> generate_objects(const Plan& plan, const CodegenLimits& limits, const CodeTexts& texts) {
  SPIKELOOM_CHECK(plan.target.lanes != 0, "llvm", "the target was not resolved");
  TRY(const Cpu cpu, find_cpu(plan.target.cpu));
  const auto modules = std::make_shared<Modules>(plan, cpu, limits, texts);
  TRY_VOID(on_compile_thread([modules] { return generate_all(modules); }));
  return modules->take(texts);
}

}  // namespace spikeloom
