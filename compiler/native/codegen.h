// Plan -> machine code in this process.
#pragma once

#include <filesystem>
#include <string>

#include "native/generator.h"
#include "schedule/plan.h"
#include "spikeloom/loaded_program.h"
#include "spikeloom/result.h"

namespace spikeloom {

class CodeCache;

struct CodegenOptions {
  CodegenLimits limits;
  const CodeCache* cache = nullptr;  // where code is looked for first, and put; null: always generated
  std::filesystem::path perf_map;    // a new file in which `perf` finds the names of kernels; "": none
  // Receive text when not null. What is to be shown is generated, even if the cache holds it.
  std::string* dump_llvm = nullptr;
  std::string* dump_asm = nullptr;
  std::size_t* generated = nullptr;  // receives how many kernels went through the code generator
  std::string* cpu = nullptr;        // receives the CPU that the code is for, as LLVM names it
};

/// Fills in what the user left open: lanes and fma of the CPU. Fails for a CPU that LLVM does not know.
Result<Target> resolve_target(Target wanted);

/// Compiles the plan's kernels, or takes them from the cache, and loads them beside its table.
Result<Program> generate(const Plan& plan, const CodegenOptions& options = {});

struct MachineInfo {
  std::string cpu, features, triple, llvm_version;
  unsigned lanes = 1;
  bool has_fma = false;
};
/// Loads LLVM.
Result<MachineInfo> machine_info();

}  // namespace spikeloom
