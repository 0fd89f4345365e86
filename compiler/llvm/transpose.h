// Values that lie channels innermost, written channel by channel.
#pragma once

#include "llvm/kernel_frame.h"

namespace spikeloom {

/// Rows of `from`, one for each place, `stride` floats each, hold the values of `channels` channels; channel
/// c of `to` is `places` floats at c * places. `clean`: a -0 becomes +0.
void emit_transpose(KernelFrame& f, llvm::Value* from, llvm::Value* stride, llvm::Value* places,
                    llvm::Value* channels, llvm::Value* to, bool clean);

}  // namespace spikeloom
