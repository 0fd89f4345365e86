// Arrays in files: what a name's ending says, and one call to read any of them.
#pragma once

#include <optional>
#include <string_view>

#include "arrays/array.h"
#include "arrays/bytes.h"

namespace spikeloom {

enum class ArrayFileKind { npy, npz, safetensors, pickle };

/// By the ending of the name, in any case; nothing for endings that mean nothing.
std::optional<ArrayFileKind> array_file_kind(std::string_view file_name);

/// Reads one array as float32, rounded once; values that are not finite are errors that name the first place.
/// `member` names the array inside a .npz or .safetensors file and is empty for .npy. A pickle is never read:
/// the error says how to convert it.
Result<Tensor> read_array(const Bytes& bytes, ArrayFileKind kind, std::string_view member,
                          const TensorLimits& limits);

}  // namespace spikeloom
