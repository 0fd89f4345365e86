#include "native/code_key.h"

#include <sys/stat.h>

#include "native/code_generator_version.h"
#include "native/machine.h"
#include "spikeloom/program.h"
#include "support/try.h"

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

/// LLVM's own word for its version would need LLVM: the shared library of the build tells as much, where it
/// lies as it did then.
void add_llvm(Fields& key) {
  key.add(SPIKELOOM_LLVM_VERSION);
  struct stat library{};
  if (::stat(SPIKELOOM_LLVM_LIBRARY, &library) != 0) return;
  key.add(static_cast<std::uint64_t>(library.st_size));
  key.add(static_cast<std::uint64_t>(library.st_mtim.tv_sec));
  key.add(static_cast<std::uint64_t>(library.st_mtim.tv_nsec));
}

}  // namespace

Result<std::string> code_key(const Plan& plan, const CodegenLimits& limits) {
  Fields key;
  key.add(kCodeGeneratorVersion);
  add_llvm(key);
  key.add(SPIKELOOM_FORMAT).add(sizeof(spikeloom_call));
  if (plan.target.cpu.empty()) {
    TRY(const ThisMachine here, this_machine());
    key.add("").add(here.identity);
  } else {
    key.add(plan.target.cpu);
  }
  key.add(plan.target.lanes);
  // Code that a smaller limit refuses must not be found either.
  key.add(limits.block_instructions).add(limits.function_instructions).add(limits.program_instructions);
  for (const Kernel& kernel : plan.kernels) key.add(kernel.symbol).add(kernel.key);
  return key.take();
}

}  // namespace spikeloom
