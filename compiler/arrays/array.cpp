#include "arrays/array.h"

namespace spikeloom {

std::string to_string(const Shape& shape) {
  std::string out = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) out += (i ? ", " : "") + std::to_string(shape[i]);
  return out + "]";
}

std::size_t element_count(const Shape& shape) {
  std::size_t count = 1;
  for (const std::size_t extent : shape) count *= extent;
  return count;
}

std::optional<std::size_t> checked_count(const Shape& shape, std::size_t most) {
  std::size_t count = 1;
  bool empty = false;
  for (const std::size_t extent : shape) {
    // An extent of 0 makes the array empty, but the others must be sane all the same: they are multiplied
    // later.
    if (extent == 0) {
      empty = true;
      continue;
    }
    if (count > most / extent) return {};
    count *= extent;
  }
  return empty ? 0 : count;
}

std::string place_of(std::size_t flat, const Shape& shape) {
  Shape place(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    place[axis] = flat % shape[axis];
    flat /= shape[axis];
  }
  return to_string(place);
}

}  // namespace spikeloom
