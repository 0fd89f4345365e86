// The code generator as seen by those who must not load LLVM before they need it: most starts find their code
// in the cache, and LLVM alone takes twenty milliseconds to load.
#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "native/loader.h"
#include "native/object.h"
#include "schedule/plan.h"
#include "spikeloom/result.h"

namespace spikeloom {

struct CodegenLimits {
  std::size_t block_instructions = 8000, function_instructions = 20000, program_instructions = 200000;
};

/// Texts of the generated code, wanted where not null.
struct CodeTexts {
  std::string *llvm = nullptr, *assembly = nullptr;
};

struct CpuAbilities {
  std::string name, features, triple;  // as LLVM writes them
  unsigned lanes = 1;                  // widest float32 vector that pays
  bool has_fma = false;
};

struct CodeGenerator {
  /// Of the LLVM library that this process runs with: "19.1.7".
  std::string (*llvm_version)();
  /// The CPU of that name ("": this machine), if this machine can run its code.
  Result<CpuAbilities> (*find_cpu)(const std::string& name);
  /// Every kernel of the plan, for the plan's target.
  Result<Objects> (*generate)(const Plan& plan, const CodegenLimits& limits, const CodeTexts& texts);
  /// What load_objects() does, for any machine.
  Result<std::shared_ptr<LoadedCode>> (*link)(const std::vector<ObjectCode>& objects);
};

/// Either part of the program (compiler/llvm/linked) or loaded by the first call (compiler/llvm/loaded). An
/// error if its library is missing or of another build.
Result<const CodeGenerator*> code_generator();

/// Begins to load it, for who will need it and has other things to do first; a call of code_generator()
/// waits for it. Not a thread where there is nothing to load.
std::jthread load_code_generator_early();

}  // namespace spikeloom
