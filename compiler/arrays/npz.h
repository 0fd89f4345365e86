// numpy's .npz: a zip archive of .npy files.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "arrays/array.h"
#include "arrays/bytes.h"

namespace spikeloom {

/// The array `member`, stored or deflated. What the archive says of sizes is held against the limits before
/// anything is unpacked, and against what then comes out.
Result<Tensor> read_npz(const Bytes& bytes, std::string_view member, const TensorLimits& limits);

/// The same for callers that read the .npy file of the array themselves, as it is unpacked.
Result<void> unpack_npz(const Bytes& bytes, std::string_view member, const TensorLimits& limits,
                        const std::function<Result<void>(ByteStream&)>& use);

/// The names of the arrays, in the order of the archive: at most the first thousand.
Result<std::vector<std::string>> npz_members(const Bytes& bytes);

}  // namespace spikeloom
