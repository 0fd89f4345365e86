// Machine code in this process: linked and kept for as long as the program lives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "native/object.h"
#include "spikeloom/program.h"
#include "spikeloom/result.h"

namespace spikeloom {

/// Frees the code when it goes.
class LoadedCode {
 public:
  virtual ~LoadedCode() = default;
  /// Where a function lies; 0 if there is none of that name.
  virtual std::uintptr_t address_of(std::string_view symbol) const = 0;
};

struct LoadedKernels {
  std::shared_ptr<LoadedCode> code;
  std::vector<spikeloom_kernel> functions;  // in the order of the symbols
};

/// Their code can reach memset, memcpy and memmove, and no other symbol of the process, wherever the objects
/// come from. An object that is broken or a symbol that none of them has is an error. On a machine other than
/// x86-64 LLVM links them.
Result<LoadedKernels> load_objects(const std::vector<ObjectCode>& objects,
                                   const std::vector<std::string>& symbols);

struct ObjectFunction {
  std::string name;
  std::uint64_t size = 0;  // bytes of code
};
/// In their order; none of objects for a machine other than x86-64.
std::vector<ObjectFunction> functions_of(const std::vector<ObjectCode>& objects);

}  // namespace spikeloom
