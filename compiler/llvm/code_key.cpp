#include "llvm/code_key.h"

#include <llvm-c/Core.h>

#include "llvm/code_generator_version.h"
#include "spikeloom/program.h"

namespace spikeloom {
namespace {

/// No two lists of fields give one text.
class Fields {
 public:
  Fields& add(const std::string& field) {
    text_ += std::to_string(field.size()) + ':' + field + '\n';
    return *this;
  }
  Fields& add(std::uint64_t number) { return add(std::to_string(number)); }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

std::string llvm_version() {
  unsigned major = 0, minor = 0, patch = 0;
  LLVMGetVersion(&major, &minor, &patch);
  return std::to_string(major) + '.' + std::to_string(minor) + '.' + std::to_string(patch);
}

std::string code_key(const Plan& plan, const Cpu& cpu, const CodegenLimits& limits) {
  Fields key;
  key.add(kCodeGeneratorVersion).add(llvm_version());
  key.add(SPIKELOOM_FORMAT).add(sizeof(spikeloom_call));
  key.add(cpu.triple).add(cpu.name).add(cpu.features).add(plan.target.lanes);
  // Code that a smaller limit refuses must not be found either.
  key.add(limits.block_instructions).add(limits.function_instructions).add(limits.module_instructions);
  for (const Kernel& kernel : plan.kernels) key.add(kernel.symbol).add(kernel.key);
  return key.take();
}

}  // namespace spikeloom
