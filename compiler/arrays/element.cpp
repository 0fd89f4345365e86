#include "arrays/element.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

namespace spikeloom {

namespace {

template <class T>
T load(const unsigned char* bytes, bool swapped) {
  std::array<unsigned char, sizeof(T)> copy;
  std::copy_n(bytes, sizeof(T), copy.begin());
  if (swapped) std::reverse(copy.begin(), copy.end());
  return std::bit_cast<T>(copy);
}

float half_to_float(std::uint16_t half) {
  const int exponent = (half >> 10) & 31;
  const int fraction = half & 1023;
  float magnitude = 0;
  if (exponent == 31)
    magnitude = fraction ? NAN : INFINITY;
  else if (exponent == 0)
    magnitude = std::ldexp(static_cast<float>(fraction), -24);
  else
    magnitude = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

/// Calls `use` with the element in its own type; halves are floats.
template <class Use>
auto with_type(Element element, const Use& use) {
  switch (element) {
    case Element::boolean:
      return use([](const unsigned char* b, bool) { return *b != 0 ? 1.0f : 0.0f; });
    case Element::i8:
      return use(load<std::int8_t>);
    case Element::i16:
      return use(load<std::int16_t>);
    case Element::i32:
      return use(load<std::int32_t>);
    case Element::i64:
      return use(load<std::int64_t>);
    case Element::u8:
      return use(load<std::uint8_t>);
    case Element::u16:
      return use(load<std::uint16_t>);
    case Element::u32:
      return use(load<std::uint32_t>);
    case Element::u64:
      return use(load<std::uint64_t>);
    case Element::f16:
      return use([](const unsigned char* b, bool s) { return half_to_float(load<std::uint16_t>(b, s)); });
    case Element::bf16:
      return use([](const unsigned char* b, bool s) {
        return std::bit_cast<float>(static_cast<std::uint32_t>(load<std::uint16_t>(b, s)) << 16);
      });
    case Element::f32:
      return use(load<float>);
    case Element::f64:
      break;
  }
  return use(load<double>);
}

}  // namespace

std::size_t size_of(Element element) {
  switch (element) {
    case Element::boolean:
    case Element::i8:
    case Element::u8:
      return 1;
    case Element::i16:
    case Element::u16:
    case Element::f16:
    case Element::bf16:
      return 2;
    case Element::i32:
    case Element::u32:
    case Element::f32:
      return 4;
    case Element::i64:
    case Element::u64:
    case Element::f64:
      break;
  }
  return 8;
}

const char* name_of(Element element) {
  constexpr const char* names[] = {"bool",   "int8",   "int16",   "int32",    "int64",   "uint8",  "uint16",
                                   "uint32", "uint64", "float16", "bfloat16", "float32", "float64"};
  return names[static_cast<std::size_t>(element)];
}

double number_of(Element element, bool swapped, const unsigned char* bytes) {
  return with_type(element, [&](auto load_one) { return static_cast<double>(load_one(bytes, swapped)); });
}

std::optional<std::size_t> to_floats(Element element, bool swapped, const unsigned char* bytes,
                                     std::span<float> into) {
  const std::size_t size = size_of(element);
  return with_type(element, [&](auto load_one) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < into.size(); ++i) {
      into[i] = static_cast<float>(load_one(bytes + i * size, swapped));
      if (!std::isfinite(into[i])) return i;
    }
    return {};
  });
}

}  // namespace spikeloom
