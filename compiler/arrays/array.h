// Dense arrays of float32, and how large they may get.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace spikeloom {

using Shape = std::vector<std::size_t>;
std::string to_string(const Shape& shape);      // "[64, 10]"
std::size_t element_count(const Shape& shape);  // 1 for []; shapes have been checked against overflow

/// The number of elements, unless it is beyond `most` (or beyond 64 bits).
std::optional<std::size_t> checked_count(const Shape& shape, std::size_t most);

/// Where element `flat` of a row-major array lies: "[3, 0, 5]".
std::string place_of(std::size_t flat, const Shape& shape);

struct Tensor {
  Shape shape;  // [] for a number
  std::vector<float> values;
};

struct TensorLimits {
  std::size_t elements = 1u << 30;
  std::size_t file_bytes = 8ull << 30;
};

}  // namespace spikeloom
