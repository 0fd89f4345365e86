// What generated code depends on, as a text.
#pragma once

#include <string>

#include "native/generator.h"

namespace spikeloom {

/// Equal keys, equal code: kernels, CPU, LLVM, and the code generator's own source. Sizes, weights and
/// parameters are data and do not count.
Result<std::string> code_key(const Plan& plan, const CodegenLimits& limits);

}  // namespace spikeloom
