// A minimal reader of .npy files for tests, apart from the product's own on purpose.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

namespace spikeloom::golden {

struct Array {
  std::vector<std::size_t> shape;
  std::vector<float> values;  // row-major; integers are converted
};

/// Little-endian float32, int32, int64 or uint8 in C order. Throws std::runtime_error with the path for
/// anything else.
Array read_npy(const std::filesystem::path& path);

}  // namespace spikeloom::golden
