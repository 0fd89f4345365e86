// Machine code in this process: compiled, linked and kept for as long as the program lives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "llvm/target.h"
#include "spikeloom/program.h"

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace spikeloom {

struct LoadedCode;  // frees the code when it goes

struct LoadedKernels {
  std::shared_ptr<LoadedCode> code;
  std::vector<spikeloom_kernel> functions;  // in the order of the symbols
};

/// Takes the module. Its code can reach memset, memcpy and memmove, and no other symbol of the process.
Result<LoadedKernels> load_module(std::unique_ptr<llvm::LLVMContext> context,
                                  std::unique_ptr<llvm::Module> module,
                                  const std::vector<std::string>& symbols, const Cpu& cpu);

/// Assembly text of a module; the module itself is left alone.
std::string assembly_of(const llvm::Module& module, llvm::TargetMachine& machine);

}  // namespace spikeloom
