// LLVM's linker, for machines whose object files compiler/native does not read itself.
#pragma once

#include <memory>
#include <vector>

#include "native/loader.h"

namespace spikeloom {

/// As load_objects() promises it. A bare linker: no compiler in it, no platform, no symbols of the process.
Result<std::shared_ptr<LoadedCode>> link_objects(const std::vector<ObjectCode>& objects);

}  // namespace spikeloom
