// The compiled engine, and what is known of the machine: the only header whose implementation depends on
// whether this build has the code generator (compiled/) or not (interpreted/).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine.h"
#include "schedule/stages.h"
#include "spikeloom/loaded_program.h"

namespace spikeloom::tool {

struct TargetChoice {
  unsigned lanes = 0;  // 0: chosen from the CPU
  std::string cpu;     // "": this machine
  MachineCosts costs;  // that drives are chosen by
};

bool has_code_generator();

/// The machine code of a model, and for what it was made.
struct CompiledProgram {
  Program program;
  PlanShape shape;
  std::string cpu;
  unsigned lanes = 1;
};
/// ErrorKind::unsupported without a code generator.
Result<CompiledProgram> compile(const Model& model, const TargetChoice& target);

/// The same as an engine.
Result<std::unique_ptr<EngineMaker>> compiled_maker(const Model& model, const TargetChoice& target);

/// How it would run; needs no code generator.
Result<PlanShape> plan_shape(const Model& model, const TargetChoice& target);

enum class Dump { plan, llvm, assembly };
/// The text of a stage. A plan needs no code generator.
Result<std::string> dump(const Model& model, const TargetChoice& target, Dump what);

struct Machine {
  std::string cpu, features, triple, llvm_version;
  unsigned lanes = 1;
  bool has_fma = false;
};
std::optional<Machine> machine();  // nothing without a code generator

}  // namespace spikeloom::tool
