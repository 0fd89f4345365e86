#include <llvm-c/Core.h>

#include "llvm/codegen.h"
#include "llvm/linker.h"
#include "llvm/target.h"
#include "support/try.h"

namespace spikeloom {
namespace {

std::string llvm_version() {
  unsigned major = 0, minor = 0, patch = 0;
  LLVMGetVersion(&major, &minor, &patch);
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

Result<CpuAbilities> abilities_of(const std::string& name) {
  TRY(const Cpu cpu, find_cpu(name));
  return CpuAbilities{cpu.name, cpu.features, cpu.triple, cpu.lanes, cpu.instructions.fma};
}

}  // namespace

const CodeGenerator& llvm_code_generator() {
  static constexpr CodeGenerator generator{llvm_version, abilities_of, generate_objects, link_objects};
  return generator;
}

}  // namespace spikeloom
