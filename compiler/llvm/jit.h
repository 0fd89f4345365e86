// Machine code in this process: linked and kept for as long as the program lives.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "llvm/object.h"
#include "spikeloom/program.h"
#include "spikeloom/result.h"

namespace spikeloom {

struct LoadedCode;  // frees the code when it goes

struct LoadedKernels {
  std::shared_ptr<LoadedCode> code;
  std::vector<spikeloom_kernel> functions;  // in the order of the symbols
};

/// Its code can reach memset, memcpy and memmove, and no other symbol of the process, wherever the object
/// comes from. An object that is broken or lacks a symbol is an error.
Result<LoadedKernels> load_object(const ObjectCode& object, const std::vector<std::string>& symbols);

}  // namespace spikeloom
