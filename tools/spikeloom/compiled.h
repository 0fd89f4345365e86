// The compiled engine, and what is known of the machine: the only header whose implementation depends on
// whether this build has the code generator (compiled/) or not (interpreted/).
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "cache/code_cache.h"
#include "engine.h"
#include "schedule/stages.h"
#include "spikeloom/loaded_program.h"
#include "stages.h"

namespace spikeloom::tool {

/// What is compiled for, and how.
struct TargetChoice {
  unsigned lanes = 0;                      // 0: chosen from the CPU
  std::string cpu;                         // "": this machine
  MachineCosts costs;                      // that drives are chosen by
  std::shared_ptr<const CodeCache> cache;  // null: code is generated
  std::filesystem::path perf_map;          // "": none
  StageTimes* times = nullptr;             // receives those of the stages behind the model
};

bool has_code_generator();

/// Begins to load the code generator if it will surely be needed: nothing is kept, or nothing yet.
std::jthread expect_code_generation(const CodeCache* cache);

/// The machine code of a model, and for what it was made.
struct CompiledProgram {
  Program program;
  PlanShape shape;
  std::string cpu;
  unsigned lanes = 1;
  bool is_code_cached = false;  // taken from the cache, not generated
};
/// ErrorKind::unsupported without a code generator.
Result<CompiledProgram> compile(const Model& model, const TargetChoice& target);

/// The same as an engine.
Result<std::unique_ptr<EngineMaker>> compiled_maker(const Model& model, const TargetChoice& target);

/// How it would run; needs no code generator.
Result<PlanShape> plan_shape(const Model& model, const TargetChoice& target);

/// What the stages behind the model gave, where not null.
struct StageTexts {
  std::string *plan = nullptr, *llvm = nullptr, *assembly = nullptr;
};
/// A plan needs no code generator; code is generated even if the cache holds it.
Result<void> write_stages(const Model& model, const TargetChoice& target, const StageTexts& into);

struct Machine {
  std::string cpu, features, triple, llvm_version;
  unsigned lanes = 1;
  bool has_fma = false;
};
/// ErrorKind::unsupported without a code generator. Loads LLVM.
Result<Machine> machine();

}  // namespace spikeloom::tool
