// The machine that this process runs on, as far as a plan must know it, without asking LLVM.
#pragma once

#include <string>

#include "spikeloom/result.h"

namespace spikeloom {

struct ThisMachine {
  unsigned lanes = 1;  // widest float32 vector that pays
  bool has_fma = false;
  /// Equal texts, equal code: what the CPU says of itself.
  std::string identity;
};

/// Asks LLVM on a machine other than x86-64.
Result<ThisMachine> this_machine();

}  // namespace spikeloom
