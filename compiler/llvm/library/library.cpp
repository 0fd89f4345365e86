// The code generator as a library that is loaded when it is needed.
#include <string_view>

#include "llvm/codegen.h"
#include "native/code_generator_version.h"

/// Null for a program of another build: what goes in and out is C++.
extern "C" [[gnu::visibility("default")]] const spikeloom::CodeGenerator* spikeloom_code_generator(
    const char* version) {
  return version == std::string_view(kCodeGeneratorVersion) ? &spikeloom::llvm_code_generator() : nullptr;
}
