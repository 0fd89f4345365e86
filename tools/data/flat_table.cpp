#include "data/flat_table.h"

#include "data/records.h"

namespace spikeloom::data {

std::optional<FlatTable> FlatTable::root(std::span<const unsigned char> buffer) {
  FlatTable root;
  root.buffer_ = buffer;
  const auto has = [&](std::size_t at, std::size_t bytes) {
    return at <= buffer.size() && buffer.size() - at >= bytes;
  };
  if (!has(0, 4)) return std::nullopt;
  root.table_ = little32(buffer.data());
  if (!has(root.table_, 4)) return std::nullopt;
  // The list of fields lies so many bytes before the table, or, if that is negative, behind it.
  const std::int64_t fields = static_cast<std::int64_t>(root.table_) -
                              static_cast<std::int32_t>(little32(buffer.data() + root.table_));
  if (fields < 0 || !has(static_cast<std::size_t>(fields), 4)) return std::nullopt;
  root.fields_ = static_cast<std::size_t>(fields);
  root.fields_size_ = little16(buffer.data() + root.fields_);
  root.table_size_ = little16(buffer.data() + root.fields_ + 2);
  if (root.fields_size_ < 4 || root.fields_size_ % 2 != 0 || !has(root.fields_, root.fields_size_) ||
      root.table_size_ < 4 || !has(root.table_, root.table_size_))
    return std::nullopt;
  return root;
}

std::optional<std::size_t> FlatTable::place(unsigned field, std::size_t size) const {
  const std::size_t entry = 4 + 2 * std::size_t{field};
  if (entry + 2 > fields_size_) return 0;
  const std::size_t offset = little16(buffer_.data() + fields_ + entry);
  if (offset == 0) return 0;
  if (offset < 4 || offset > table_size_ || table_size_ - offset < size) return std::nullopt;
  return table_ + offset;
}

std::optional<std::int32_t> FlatTable::int32(unsigned field, std::int32_t otherwise) const {
  const auto at = place(field, 4);
  if (!at) return std::nullopt;
  return *at == 0 ? otherwise : static_cast<std::int32_t>(little32(buffer_.data() + *at));
}

std::optional<std::int64_t> FlatTable::int64(unsigned field, std::int64_t otherwise) const {
  const auto at = place(field, 8);
  if (!at) return std::nullopt;
  return *at == 0 ? otherwise : little64(buffer_.data() + *at);
}

std::optional<std::span<const unsigned char>> FlatTable::structs(unsigned field, std::size_t size) const {
  const auto at = place(field, 4);
  if (!at) return std::nullopt;
  if (*at == 0) return std::span<const unsigned char>();
  const std::uint64_t vector = *at + std::uint64_t{little32(buffer_.data() + *at)};
  if (vector > buffer_.size() || buffer_.size() - vector < 4) return std::nullopt;
  const std::uint64_t bytes = std::uint64_t{little32(buffer_.data() + vector)} * size;
  if (bytes > buffer_.size() - vector - 4) return std::nullopt;
  return buffer_.subspan(vector + 4, bytes);
}

std::optional<std::string_view> FlatTable::text(unsigned field) const {
  const auto bytes = structs(field, 1);
  if (!bytes) return std::nullopt;
  return std::string_view(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

std::string_view identifier_of(std::span<const unsigned char> buffer) {
  if (buffer.size() < 8) return {};
  return {reinterpret_cast<const char*>(buffer.data()) + 4, 4};
}

}  // namespace spikeloom::data
