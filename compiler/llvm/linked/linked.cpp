// The code generator as a part of the program.
#include "llvm/codegen.h"

namespace spikeloom {

Result<const CodeGenerator*> code_generator() {
  return &llvm_code_generator();
}

}  // namespace spikeloom
