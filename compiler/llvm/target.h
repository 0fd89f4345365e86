// Which CPU is compiled for, and what it can do.
#pragma once

#include <memory>
#include <string>

#include "llvm/vector_builder.h"
#include "spikeloom/result.h"

namespace llvm {
class TargetMachine;
}

namespace spikeloom {

struct Cpu {
  std::string triple, name, features;  // as LLVM writes them
  unsigned lanes = 1;                  // widest float32 vector that pays
  Instructions instructions;
};

/// The CPU of that name ("": this machine), if this machine can run its code.
Result<Cpu> find_cpu(const std::string& name);

/// Null if LLVM has no code generator for it.
std::unique_ptr<llvm::TargetMachine> make_target_machine(const Cpu& cpu);

}  // namespace spikeloom
