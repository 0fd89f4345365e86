// Machine code in this process: linked and kept for as long as the program lives.
#pragma once

#include <cstdint>
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

/// Their code can reach memset, memcpy and memmove, and no other symbol of the process, wherever the objects
/// come from. An object that is broken or a symbol that none of them has is an error.
Result<LoadedKernels> load_objects(const Objects& objects, const std::vector<std::string>& symbols);

/// Where a function lies; 0 if there is none of that name.
std::uintptr_t address_of(LoadedCode& code, const std::string& symbol);

}  // namespace spikeloom
