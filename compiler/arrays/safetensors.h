// safetensors: a JSON header that says where each array lies, then the bytes.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "arrays/array.h"
#include "arrays/bytes.h"

namespace spikeloom {

/// The array `member`. The whole header is checked first: offsets inside the file, no overlaps and no gaps,
/// sizes that agree with shapes.
Result<Tensor> read_safetensors(const Bytes& bytes, std::string_view member, const TensorLimits& limits);

/// The bytes of a file with these arrays, as F32 in the order of their names. Names are UTF-8.
std::string safetensors_bytes(const std::map<std::string, Tensor>& tensors);

}  // namespace spikeloom
