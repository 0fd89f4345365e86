// What the readers of this room share. Inside this room only.
#pragma once

#include <string_view>
#include <vector>

#include "arrays/array.h"
#include "arrays/bytes.h"
#include "arrays/element.h"

namespace spikeloom {

/// The elements of an array of this shape, which the caller has held against limits and stream.left, in the
/// order of the file: row-major, or first axis fastest (which matters only for the place in an error).
Result<std::vector<float>> read_floats(ByteStream& stream, Element element, bool swapped, const Shape& shape,
                                       bool fortran = false);

/// The error for the element at `bytes`, which is number `flat` in row-major order.
Error not_finite(const std::string& name, Element element, bool swapped, const unsigned char* bytes,
                 std::size_t flat, const Shape& shape);

/// "there is no array 'x'", with the nearest of those there are.
Error no_member(const std::string& file, std::string_view member, const std::vector<std::string>& members);

}  // namespace spikeloom
