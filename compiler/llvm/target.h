// Which CPU is compiled for, and what it can do.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "llvm/vector_builder.h"
#include "spikeloom/result.h"

namespace llvm {
class TargetMachine;
}

namespace spikeloom {

/// What many CPUs have in common. Their drives are generated when the project is built (prebuilt.h).
struct Level {
  const char *name, *cpu, *features;  // the latter as LLVM writes them
  const char* needs;                  // what a CPU must have to run its code
  unsigned lanes;
  Instructions instructions;
};

struct Cpu {
  std::string triple, name, features;  // as LLVM writes them
  unsigned lanes = 1;                  // widest float32 vector that pays
  Instructions instructions;
  const Level* level = nullptr;  // the one of equal lanes and instructions whose code it runs; null: none
};

/// The CPU of that name ("": this machine), if this machine can run its code.
Result<Cpu> find_cpu(const std::string& name);

/// Those of this machine's architecture, and the least CPU of one.
std::span<const Level> levels();
Cpu cpu_of(const Level& level);

/// Null if LLVM has no code generator for it.
std::unique_ptr<llvm::TargetMachine> make_target_machine(const Cpu& cpu);

}  // namespace spikeloom
