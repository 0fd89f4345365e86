#include "hdf5/tree.h"

#include <bit>

namespace spikeloom::hdf5 {

std::optional<Element> element_of(Type type) {
  switch (type) {
    case Type::boolean:
      return Element::boolean;
    case Type::i8:
      return Element::i8;
    case Type::i16:
      return Element::i16;
    case Type::i32:
      return Element::i32;
    case Type::i64:
      return Element::i64;
    case Type::u8:
      return Element::u8;
    case Type::u16:
      return Element::u16;
    case Type::u32:
      return Element::u32;
    case Type::u64:
      return Element::u64;
    case Type::f32:
      return Element::f32;
    case Type::f64:
      return Element::f64;
    case Type::text:
    case Type::other:
      break;
  }
  return std::nullopt;
}

std::size_t size_of(Type type) {
  const auto element = element_of(type);
  return element ? spikeloom::size_of(*element) : 0;
}

std::string name_of(Type type) {
  if (type == Type::text) return "text";
  const auto element = element_of(type);
  return element ? spikeloom::name_of(*element) : "another type";
}

double Array::number(std::size_t i) const {
  constexpr bool kSwapped = std::endian::native != std::endian::little;
  return number_of(*element_of(type), kSwapped,
                   reinterpret_cast<const unsigned char*>(bytes.data()) + i * size_of(type));
}

std::size_t Array::count() const {
  const std::size_t size = size_of(type);
  return size == 0 ? 0 : bytes.size() / size;
}

const Object* Object::find(std::string_view path) const {
  const Object* at = this;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) {
      const auto child = at->children.find(std::string(path.substr(0, end)));
      if (child == at->children.end()) return nullptr;
      at = &child->second;
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return at;
}

const Array* Object::dataset(std::string_view path) const {
  const Object* const found = find(path);
  return found != nullptr && found->kind == Kind::dataset ? &found->array : nullptr;
}

const Array* Object::attribute(std::string_view name) const {
  const auto found = attributes.find(std::string(name));
  return found == attributes.end() ? nullptr : &found->second;
}

std::string describe(const Array& array) {
  if (array.type == Type::other) return array.why.empty() ? "values of another type" : array.why;
  const std::string of = (array.is_ragged ? "lists of " : "") + name_of(array.type);
  return array.shape.empty() ? (array.is_ragged ? of : "one " + of) : of + " " + to_string(array.shape);
}

std::string describe(const Object& object) {
  switch (object.kind) {
    case Object::Kind::group:
      return "a group";
    case Object::Kind::dataset:
      return "a dataset, " + describe(object.array);
    case Object::Kind::link:
    case Object::Kind::other:
      break;
  }
  return object.why;
}

}  // namespace spikeloom::hdf5
