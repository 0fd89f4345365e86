// Machine code as bytes: an object file in memory, or its text.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spikeloom/result.h"

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace spikeloom {

using ObjectCode = std::vector<unsigned char>;

/// The objects of one program, which name functions of each other.
using Objects = std::vector<ObjectCode>;

/// One behind the other, as the cache keeps them; and back, unless the bytes are something else.
std::vector<unsigned char> joined(const Objects& objects);
std::optional<Objects> parted(std::span<const unsigned char> bytes);

/// Runs LLVM's code generator. It changes the module.
ObjectCode object_of(llvm::Module& module, llvm::TargetMachine& machine);

/// The same as assembly text; the module itself is left alone.
std::string assembly_of(const llvm::Module& module, llvm::TargetMachine& machine);

}  // namespace spikeloom
