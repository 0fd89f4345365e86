// The types that elements of an array file may have, and how each becomes a float32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace spikeloom {

enum class Element : std::uint8_t { boolean, i8, i16, i32, i64, u8, u16, u32, u64, f16, bf16, f32, f64 };

std::size_t size_of(Element element);  // bytes
const char* name_of(Element element);  // "float32", as numpy says

/// The element at `bytes` as a double: exact for all but 64-bit integers. `swapped`: the byte order is not
/// this machine's.
double number_of(Element element, bool swapped, const unsigned char* bytes);

/// Converts into.size() elements, each rounded once to float32 (booleans are 0 or 1). Returns the index of
/// the first one that is not finite as float32, where it stops.
std::optional<std::size_t> to_floats(Element element, bool swapped, const unsigned char* bytes,
                                     std::span<float> into);

}  // namespace spikeloom
