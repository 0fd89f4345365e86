// Dense arrays of float32 and where they come from: numbers, nested arrays, .npy, .npz, .safetensors,
// generators.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "json/json.h"

namespace spikeloom {

using Shape = std::vector<std::size_t>;
std::string to_string(const Shape& shape);      // "[64, 10]"
std::size_t element_count(const Shape& shape);  // 1 for []; shapes have been checked against overflow

struct Tensor {
  Shape shape;  // [] for a number
  std::vector<float> values;
};

struct TensorLimits {
  std::size_t elements = 1u << 30;
  std::size_t file_bytes = 8ull << 30;
};

/// Where tensor files may lie: below `folder`, without links out of it, unless `anywhere`.
struct TensorSource {
  std::filesystem::path folder;
  bool anywhere = false;
  TensorLimits limits;
};

}  // namespace spikeloom
