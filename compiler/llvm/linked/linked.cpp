// The code generator as a part of the program.
#include "llvm/codegen.h"

namespace spikeloom {

Result<const CodeGenerator*> code_generator() {
  return &llvm_code_generator();
}

std::jthread load_code_generator_early() {
  return {};
}

}  // namespace spikeloom
