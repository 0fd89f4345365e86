// What generated code depends on, as a text.
#pragma once

#include <string>

#include "llvm/codegen.h"
#include "llvm/target.h"

namespace spikeloom {

/// Equal keys, equal code: kernels, CPU, LLVM, and the code generator's own source. Sizes, weights and
/// parameters are data and do not count.
std::string code_key(const Plan& plan, const Cpu& cpu, const CodegenLimits& limits);

/// Of the LLVM library that this process runs with: "19.1.7".
std::string llvm_version();

}  // namespace spikeloom
