#include "data/hdf5_tree.h"

#include <bit>

namespace spikeloom::data {
namespace {

template <class T>
std::string raw(const std::vector<T>& values) {
  static_assert(std::endian::native == std::endian::little);
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

}  // namespace

Hdf5Array Hdf5Array::text(std::string value) {
  return {Type::text, {}, {}, {std::move(value)}, {}};
}
Hdf5Array Hdf5Array::list(std::vector<std::string> values) {
  const std::size_t count = values.size();
  return {Type::text, {count}, {}, std::move(values), {}};
}
Hdf5Array Hdf5Array::number(double value) {
  return {Type::f64, {}, raw(std::vector<double>{value}), {}, {}};
}
Hdf5Array Hdf5Array::whole(std::int64_t value) {
  return {Type::i64, {}, raw(std::vector<std::int64_t>{value}), {}, {}};
}
Hdf5Array Hdf5Array::numbers(const std::vector<double>& values, Shape shape) {
  return {Type::f64, std::move(shape), raw(values), {}, {}};
}
Hdf5Array Hdf5Array::floats(const std::vector<float>& values, Shape shape) {
  return {Type::f32, std::move(shape), raw(values), {}, {}};
}
Hdf5Array Hdf5Array::wholes(const std::vector<std::int64_t>& values, Shape shape) {
  return {Type::i64, std::move(shape), raw(values), {}, {}};
}
Hdf5Array Hdf5Array::unsigned_wholes(const std::vector<std::uint64_t>& values, Shape shape) {
  return {Type::u64, std::move(shape), raw(values), {}, {}};
}
Hdf5Array Hdf5Array::unsigned32(const std::vector<std::uint32_t>& values, Shape shape) {
  return {Type::u32, std::move(shape), raw(values), {}, {}};
}
Hdf5Array Hdf5Array::booleans(std::string bytes, Shape shape) {
  return {Type::choice, std::move(shape), std::move(bytes), {}, {"FALSE", "TRUE"}};
}

Hdf5Object& Hdf5Object::dataset(const std::string& name, Hdf5Array values) {
  Hdf5Object& child = children[name];
  child.is_group = false;
  child.array = std::move(values);
  return child;
}

Hdf5Object& Hdf5Object::attribute(std::string name, Hdf5Array value) {
  attributes.emplace_back(std::move(name), std::move(value));
  return *this;
}

}  // namespace spikeloom::data
