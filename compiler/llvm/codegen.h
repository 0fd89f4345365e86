// The code generator. The only folder that includes LLVM; this header does not.
#pragma once

#include "native/generator.h"

namespace spikeloom {

/// As CodeGenerator::generate. LLVM runs on threads of its own.
Result<Objects> generate_objects(const Plan& plan, const CodegenLimits& limits, const CodeTexts& texts = {});

/// All of it, for who does not include this folder.
const CodeGenerator& llvm_code_generator();

}  // namespace spikeloom
