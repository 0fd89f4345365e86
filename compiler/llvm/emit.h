// Module to machine code.
#pragma once

#include <string>

#include "native/object.h"

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace spikeloom {

/// Runs LLVM's code generator. It changes the module.
ObjectCode object_of(llvm::Module& module, llvm::TargetMachine& machine);

/// The same as assembly text; the module itself is left alone.
std::string assembly_of(const llvm::Module& module, llvm::TargetMachine& machine);

}  // namespace spikeloom
