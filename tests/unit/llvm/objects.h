// Object code that the code generator would not write.
#pragma once

#include "native/object.h"

namespace spikeloom::testing {

/// Its only function is called `symbol` and calls `callee`.
ObjectCode object_that_calls(const char* callee, const std::string& symbol);

}  // namespace spikeloom::testing
