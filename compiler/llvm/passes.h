// The passes that run over generated code, and what it may grow to.
#pragma once

#include <string>

#include "llvm/codegen.h"

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace spikeloom {

/// An attribute of functions that strength reduction would take long over for nothing: their loops count one
/// index, which addressing modes take as it is, or carry their addresses.
inline constexpr char kReduced[] = "spikeloom-reduced";

/// Cleans up what the emitters repeat. Value-preserving: no instruction carries a fast-math flag.
void optimize(llvm::Module& module, llvm::TargetMachine& machine);

/// SPIKELOOM_CHECKs that LLVM finds the module well formed.
void verify_module(const llvm::Module& module, const char* when);

/// Code generation takes time and memory that grow faster than its input. Adds the module's instructions to
/// those of the program so far.
Result<void> check_size(const llvm::Module& module, const CodegenLimits& limits, std::size_t& in_program);

}  // namespace spikeloom
