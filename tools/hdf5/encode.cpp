#include "hdf5/wire.h"

namespace spikeloom::hdf5 {
namespace {

constexpr std::size_t kFlushed = 1 << 16;

void put_object(Encoder& out, const Object& object) {
  for (const auto& [name, array] : object.attributes) out.attribute(name, array);
  for (const auto& [name, child] : object.children) {
    switch (child.kind) {
      case Object::Kind::group:
        out.group(name);
        break;
      case Object::Kind::dataset:
        out.dataset(name, child.array);
        break;
      case Object::Kind::link:
        out.link(name, child.why);
        break;
      case Object::Kind::other:
        out.other(name, child.why);
        break;
    }
    put_object(out, child);
    out.end();
  }
}

}  // namespace

Encoder::Encoder(Sink sink) : sink_(std::move(sink)), buffer_("SLH5\1") {}

void Encoder::flush(std::size_t at_least) {
  if (buffer_.size() < at_least) return;
  sink_(buffer_);
  buffer_.clear();
}

void Encoder::put(std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) buffer_ += static_cast<char>(value >> (8 * i));
}

void Encoder::text(std::string_view bytes) {
  put(bytes.size(), 4);
  buffer_ += bytes;
  flush(kFlushed);
}

void Encoder::array(const Array& array) {
  put(static_cast<std::uint64_t>(array.type), 1);
  put((array.is_ragged ? 1u : 0u) | (array.has_values ? 2u : 0u), 1);
  put(array.shape.size(), 1);
  for (const std::size_t extent : array.shape) put(extent, 8);
  text(array.why);
  if (!array.has_values) return;
  if (array.type == Type::text) {
    for (const std::string& value : array.texts) text(value);
    return;
  }
  for (const std::uint64_t length : array.lengths) {
    put(length, 8);
    flush(kFlushed);
  }
  put(array.bytes.size(), 8);
  flush(1);
  sink_(array.bytes);  // not copied once more
}

void Encoder::group(std::string_view name) {
  put('G', 1);
  text(name);
}
void Encoder::link(std::string_view name, std::string_view why) {
  put('L', 1);
  text(name);
  text(why);
}
void Encoder::other(std::string_view name, std::string_view why) {
  put('O', 1);
  text(name);
  text(why);
}
void Encoder::dataset(std::string_view name, const Array& values) {
  put('D', 1);
  text(name);
  array(values);
}
void Encoder::attribute(std::string_view name, const Array& values) {
  put('A', 1);
  text(name);
  array(values);
}
void Encoder::end() {
  put('E', 1);
}
void Encoder::finish() {
  put('Z', 1);
  flush(0);
}
void Encoder::refuse(ErrorKind kind, std::string_view place, std::string_view what, std::string_view hint) {
  put('X', 1);
  put(static_cast<std::uint64_t>(kind), 1);
  text(place);
  text(what);
  text(hint);
  flush(0);
}

std::string encode(const Object& root) {
  std::string bytes;
  Encoder out([&](std::string_view piece) { bytes += piece; });
  put_object(out, root);
  out.finish();
  return bytes;
}

}  // namespace spikeloom::hdf5
