// One module of generated code: emitted into, then optimised and generated. Each has a context of its own, so
// that several may be worked on at once.
#pragma once

#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>

#include <string>

#include "llvm/target.h"
#include "llvm/vector_builder.h"
#include "native/generator.h"

namespace llvm {
class TargetMachine;
}

namespace spikeloom {

class ModuleCode {
 public:
  ModuleCode(const Cpu& cpu, const llvm::TargetMachine& machine, unsigned lanes, const std::string& name);

  llvm::Module& module() { return module_; }
  VectorBuilder& builder() { return b_; }

  struct Generated {
    ObjectCode object;
    std::string llvm, assembly;  // if wanted
  };
  /// `machine`: of the same CPU; no other thread may use it.
  Generated generate(llvm::TargetMachine& machine, bool with_llvm = false, bool with_assembly = false);

 private:
  llvm::LLVMContext context_;
  llvm::Module module_;
  VectorBuilder b_;
};

}  // namespace spikeloom
