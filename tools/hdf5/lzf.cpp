#include "hdf5/lzf.h"

#include <algorithm>

namespace spikeloom::hdf5 {
namespace {

/// Walks the packed bytes; `literal(bytes)` and `copy(distance, length)` say whether to go on.
template <class Literal, class Copy>
bool walk(std::span<const unsigned char> packed, Literal literal, Copy copy) {
  std::size_t at = 0;
  while (at < packed.size()) {
    const unsigned control = packed[at++];
    if (control < 32) {
      const std::size_t count = control + 1;
      if (count > packed.size() - at || !literal(packed.subspan(at, count))) return false;
      at += count;
      continue;
    }
    std::size_t length = control >> 5;
    if (length == 7) {
      if (at == packed.size()) return false;
      length += packed[at++];
    }
    if (at == packed.size()) return false;
    const std::size_t distance = ((control & 31u) << 8 | packed[at++]) + 1;
    if (!copy(distance, length + 2)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::size_t> lzf_size(std::span<const unsigned char> packed) {
  std::size_t size = 0;
  const bool is_lzf = walk(
      packed,
      [&](std::span<const unsigned char> bytes) {
        size += bytes.size();
        return true;
      },
      [&](std::size_t distance, std::size_t length) {
        const bool is_behind = distance <= size;
        size += length;
        return is_behind;
      });
  return is_lzf ? std::optional(size) : std::nullopt;
}

bool lzf_unpack(std::span<const unsigned char> packed, std::span<unsigned char> into) {
  std::size_t size = 0;
  const bool is_lzf = walk(
      packed,
      [&](std::span<const unsigned char> bytes) {
        if (bytes.size() > into.size() - size) return false;
        std::ranges::copy(bytes, into.begin() + static_cast<std::ptrdiff_t>(size));
        size += bytes.size();
        return true;
      },
      [&](std::size_t distance, std::size_t length) {
        if (distance > size || length > into.size() - size) return false;
        // Byte by byte: a copy may read what it has just written.
        for (std::size_t i = 0; i < length; ++i, ++size) into[size] = into[size - distance];
        return true;
      });
  return is_lzf && size == into.size();
}

}  // namespace spikeloom::hdf5
