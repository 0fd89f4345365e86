// The strict side of wire.h. Nothing is taken because a number says so: memory grows with the bytes that
// came.
#include <algorithm>

#include "hdf5/wire.h"
#include "support/try.h"

namespace spikeloom::hdf5 {
namespace {

constexpr std::size_t kMostAxes = 32;      // HDF5's own limit
constexpr std::size_t kMostWords = 4096;   // bytes of one sentence of the other side
constexpr std::uint64_t kPiece = 1 << 20;  // bytes taken at once

class Decoder {
 public:
  Decoder(const Take& take, const Limits& limits, const std::string& file)
      : take_(take), limits_(limits), file_(file), left_(limits.bytes) {}

  Result<Object> read() {
    unsigned char head[5];
    if (!take_(head)) return broken();
    if (!std::equal(head, head + 5, "SLH5\1")) return broken();
    Object root;
    std::vector<Object*> open = {&root};
    while (true) {
      TRY(const std::uint64_t tag, number(1));
      Object& at = *open.back();
      switch (tag) {
        case 'G':
        case 'D':
        case 'L':
        case 'O': {
          TRY(Object* const child, begin(at, open.size()));
          TRY_VOID(fill(*child, static_cast<char>(tag)));
          open.push_back(child);
          break;
        }
        case 'A': {
          TRY_VOID(one_more());
          TRY(std::string name, text(limits_.name));
          TRY(Array values, array());
          if (!at.attributes.emplace(std::move(name), std::move(values)).second) return broken();
          break;
        }
        case 'E':
          if (open.size() == 1) return broken();
          open.pop_back();
          break;
        case 'Z':
          if (open.size() != 1 || !at_end()) return broken();
          return root;
        case 'X':
          return refusal();
        default:
          return broken();
      }
    }
  }

 private:
  Error error(ErrorKind kind, std::string what, std::string hint = {}) const {
    Diagnostic d;
    d.kind = kind;
    d.file = file_;
    d.what = std::move(what);
    d.hint = std::move(hint);
    return Error(std::vector<Diagnostic>{std::move(d)});
  }
  Error broken() const {
    return error(ErrorKind::invalid, "the HDF5 library lost its way in this file",
                 "the file is damaged, or was made to do harm");
  }

  bool at_end() const {
    unsigned char one[1];
    return !take_(one);
  }

  Result<std::uint64_t> number(int bytes) {
    unsigned char raw[8] = {};
    if (!take_({raw, static_cast<std::size_t>(bytes)})) return broken();
    std::uint64_t value = 0;
    for (int i = bytes; i-- > 0;) value = value << 8 | raw[i];
    return value;
  }

  /// `count` bytes, which have been held against a limit.
  Result<std::string> bytes(std::uint64_t count) {
    std::string all;
    while (all.size() < count) {
      const std::size_t before = all.size(), more = std::min<std::uint64_t>(kPiece, count - before);
      all.resize(before + more);
      if (!take_({reinterpret_cast<unsigned char*>(all.data()) + before, more})) return broken();
    }
    return all;
  }

  Result<std::string> text(std::uint64_t most) {
    TRY(const std::uint64_t length, number(4));
    if (length > most) return broken();
    return bytes(length);
  }

  Result<void> charge(std::uint64_t count) {
    if (count > left_) return broken();
    left_ -= count;
    return {};
  }

  Result<void> one_more() {
    if (++objects_ > limits_.objects) return broken();
    return {};
  }

  /// The object whose name comes next.
  Result<Object*> begin(Object& parent, std::size_t depth) {
    if (parent.kind != Object::Kind::group || depth > limits_.depth + 1) return broken();
    TRY_VOID(one_more());
    TRY(std::string name, text(limits_.name));
    if (name.empty() || name.find('/') != std::string::npos || name.find('\0') != std::string::npos)
      return broken();
    const auto [child, is_new] = parent.children.try_emplace(std::move(name));
    if (!is_new) return broken();
    return &child->second;
  }

  Result<void> fill(Object& child, char tag) {
    if (tag == 'D') {
      child.kind = Object::Kind::dataset;
      TRY(child.array, array());
    } else if (tag != 'G') {
      child.kind = tag == 'L' ? Object::Kind::link : Object::Kind::other;
      TRY(child.why, text(kMostWords));
    }
    return {};
  }

  Result<Array> array() {
    Array array;
    TRY(const std::uint64_t type, number(1));
    TRY(const std::uint64_t flags, number(1));
    TRY(const std::uint64_t rank, number(1));
    if (type < 1 || type > static_cast<std::uint64_t>(kLastType) || flags > 3 || rank > kMostAxes)
      return broken();
    array.type = static_cast<Type>(type);
    array.is_ragged = (flags & 1) != 0;
    array.has_values = (flags & 2) != 0;
    for (std::uint64_t i = 0; i < rank; ++i) {
      TRY(const std::uint64_t extent, number(8));
      array.shape.push_back(extent);
    }
    TRY(array.why, text(kMostWords));
    const bool is_number = size_of(array.type) > 0;
    if (array.is_ragged && !is_number) return broken();
    if (!array.has_values) return array;
    if (array.type == Type::other) return broken();
    const auto count = checked_count(array.shape, limits_.bytes);
    if (!count) return broken();
    if (array.type == Type::text) {
      TRY_VOID(read_texts(array, *count));
    } else {
      TRY_VOID(read_numbers(array, *count));
    }
    return array;
  }

  Result<void> read_texts(Array& array, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      TRY(std::string value, text(left_));
      TRY_VOID(charge(value.size() + sizeof(std::string)));
      array.texts.push_back(std::move(value));
    }
    return {};
  }

  Result<void> read_numbers(Array& array, std::size_t count) {
    std::uint64_t elements = count;
    if (array.is_ragged) {
      elements = 0;
      for (std::size_t i = 0; i < count; ++i) {
        TRY(const std::uint64_t length, number(8));
        TRY_VOID(charge(sizeof length));
        if (length > limits_.bytes || elements > limits_.bytes) return broken();
        elements += length;
        array.lengths.push_back(length);
      }
    }
    TRY(const std::uint64_t size, number(8));
    if (elements > limits_.bytes || size != elements * size_of(array.type)) return broken();
    TRY_VOID(charge(size));
    TRY(array.bytes, bytes(size));
    if (array.type == Type::boolean &&
        std::ranges::any_of(array.bytes, [](char value) { return value != 0 && value != 1; }))
      return broken();
    return {};
  }

  Error refusal() {
    constexpr ErrorKind kinds[] = {ErrorKind::invalid, ErrorKind::unsupported, ErrorKind::limit,
                                   ErrorKind::io};
    const auto kind = number(1);
    const auto place = text(kMostWords), what = text(kMostWords), hint = text(kMostWords);
    if (!kind || !place || !what || !hint || !at_end()) return broken();
    const auto known = std::ranges::find(kinds, static_cast<ErrorKind>(*kind));
    if (known == std::end(kinds)) return broken();
    Error refused = error(*known, *what, *hint);
    refused.diagnostics[0].pointer = *place;
    return refused;
  }

  const Take& take_;
  const Limits& limits_;
  const std::string& file_;
  std::uint64_t left_;
  std::uint64_t objects_ = 0;
};

}  // namespace

Result<Object> decode(const Take& take, const Limits& limits, const std::string& file) {
  return Decoder(take, limits, file).read();
}

}  // namespace spikeloom::hdf5
