// Where LLVM runs: a thread with a large stack, whose death by a fatal error of LLVM is ours to report.
#pragma once

#include <functional>

#include "spikeloom/result.h"

namespace spikeloom {

/// Runs `work` on a thread of its own and waits. LLVM recurses deeply, and the caller's stack may be small.
/// If LLVM reports a fatal error, the thread is parked for good (neither returning nor unwinding through LLVM
/// is safe) and the message becomes an internal error. Exceptions of `work` reach the caller.
Result<void> on_compile_thread(std::function<Result<void>()> work);

}  // namespace spikeloom
