// Tables of FlatBuffers (flatbuffers.dev, "FlatBuffer Internals"), read without a schema compiler. Inside
// this room only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace spikeloom::data {

/// The root table of a buffer. Every offset is held against the buffer before it is followed.
class FlatTable {
 public:
  static std::optional<FlatTable> root(std::span<const unsigned char> buffer);

  /// The value of a field, or `otherwise` where the table does not have it; nothing if the buffer is broken.
  std::optional<std::int32_t> int32(unsigned field, std::int32_t otherwise) const;
  std::optional<std::int64_t> int64(unsigned field, std::int64_t otherwise) const;
  std::optional<std::string_view> text(unsigned field) const;
  /// Structs of `size` bytes, one behind the other.
  std::optional<std::span<const unsigned char>> structs(unsigned field, std::size_t size) const;

 private:
  FlatTable() = default;
  /// Where the `size` bytes of a field lie; 0 if the table does not have it.
  std::optional<std::size_t> place(unsigned field, std::size_t size) const;

  std::span<const unsigned char> buffer_;
  std::size_t table_ = 0, table_size_ = 0, fields_ = 0, fields_size_ = 0;
};

/// The four letters that say what a buffer holds; "" if it is too short for them.
std::string_view identifier_of(std::span<const unsigned char> buffer);

}  // namespace spikeloom::data
