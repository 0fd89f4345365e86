// Plan -> machine code in this process. The only folder that includes LLVM; this header does not.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "schedule/plan.h"
#include "spikeloom/loaded_program.h"
#include "spikeloom/result.h"

namespace spikeloom {

struct CodegenLimits {
  std::size_t block_instructions = 8000, function_instructions = 20000, module_instructions = 200000;
};

/// Fills in what the user left open: lanes and fma of the CPU. Fails for a CPU that LLVM does not know.
Result<Target> resolve_target(Target wanted);

/// Compiles the plan's kernels and loads them beside its table. `dump_llvm` / `dump_asm` receive text when
/// not null.
Result<Program> generate(const Plan& plan, const CodegenLimits& limits = {}, std::string* dump_llvm = nullptr,
                         std::string* dump_asm = nullptr);

struct MachineInfo {
  std::string cpu, features, triple, llvm_version;
  unsigned lanes = 1;
  bool has_fma = false;
};
MachineInfo machine_info();

}  // namespace spikeloom
