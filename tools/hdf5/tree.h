// What an HDF5 file holds, as plain values: no handle, no library. A file of somebody else becomes one of
// these in a process of its own (read.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arrays/array.h"
#include "arrays/element.h"

namespace spikeloom::hdf5 {

/// Of the elements of an array. Numbers of odd sizes arrive in the next of these that holds them; float16 as
/// f32; an enumeration as `boolean` if its names are FALSE and TRUE (numpy's bool), else as its numbers.
enum class Type : std::uint8_t { boolean = 1, i8, i16, i32, i64, u8, u16, u32, u64, f32, f64, text, other };
inline constexpr Type kLastType = Type::other;

/// The same in the words of arrays/element.h; nothing for text and other.
std::optional<Element> element_of(Type type);
/// Bytes of one element; 0 for text and other.
std::size_t size_of(Type type);
/// "float32", "text", ...
std::string name_of(Type type);

struct Array {
  Type type = Type::other;
  Shape shape;                         // [] is a scalar
  bool is_ragged = false;              // every element is a list of elements of `type` (never text)
  bool has_values = false;             // they were asked for, and are here
  std::string bytes;                   // of numbers: little-endian, row-major; of ragged ones list after list
  std::vector<std::uint64_t> lengths;  // ragged: of each list
  std::vector<std::string> texts;      // of text: bytes as they are in the file, whatever they are
  std::string why;                     // other, or values that are not readable: "a compound type", ...

  /// Element i of the flat array (of `bytes`) as a double: exact for all but large 64-bit integers.
  double number(std::size_t i) const;
  /// Elements in `bytes`.
  std::size_t count() const;
};

struct Object {
  enum class Kind : std::uint8_t { group, dataset, link, other };
  Kind kind = Kind::group;
  std::map<std::string, Object> children;   // of a group
  Array array;                              // of a dataset
  std::string why;                          // of a link or other: "a soft link", which is not followed
  std::map<std::string, Array> attributes;  // always with their values

  /// "spikes/times" below this object, or null.
  const Object* find(std::string_view path) const;
  /// The dataset there, or null.
  const Array* dataset(std::string_view path) const;
  const Array* attribute(std::string_view name) const;
};

/// "a group", "a dataset of float32 [3, 4]": for messages.
std::string describe(const Object& object);
std::string describe(const Array& array);

}  // namespace spikeloom::hdf5
