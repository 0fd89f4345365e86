// numpy's .npz: a zip archive of .npy files.
#pragma once

#include <string_view>

#include "arrays/array.h"
#include "arrays/bytes.h"

namespace spikeloom {

/// The array `member`, stored or deflated. What the archive says of sizes is held against the limits before
/// anything is unpacked, and against what then comes out.
Result<Tensor> read_npz(const Bytes& bytes, std::string_view member, const TensorLimits& limits);

}  // namespace spikeloom
