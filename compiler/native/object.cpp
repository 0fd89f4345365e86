#include "native/object.h"

#include <cstdint>

namespace spikeloom {
namespace {

void append(std::vector<unsigned char>& bytes, std::span<const unsigned char> piece) {
  for (unsigned shift = 0; shift < 64; shift += 8)
    bytes.push_back(static_cast<unsigned char>(std::uint64_t{piece.size()} >> shift));
  bytes.insert(bytes.end(), piece.begin(), piece.end());
}

std::optional<std::span<const unsigned char>> take(std::span<const unsigned char>& bytes) {
  if (bytes.size() < 8) return std::nullopt;
  std::uint64_t size = 0;
  for (unsigned i = 0; i < 8; ++i) size |= std::uint64_t{bytes[i]} << (8 * i);
  bytes = bytes.subspan(8);
  if (size > bytes.size()) return std::nullopt;
  const auto piece = bytes.first(size);
  bytes = bytes.subspan(size);
  return piece;
}

}  // namespace

std::vector<unsigned char> joined(const Objects& objects) {
  std::vector<unsigned char> bytes;
  append(bytes, {reinterpret_cast<const unsigned char*>(objects.cpu.data()), objects.cpu.size()});
  for (const ObjectCode& object : objects.files) append(bytes, object);
  return bytes;
}

std::optional<Objects> parted(std::span<const unsigned char> bytes) {
  Objects objects;
  const auto cpu = take(bytes);
  if (!cpu) return std::nullopt;
  objects.cpu.assign(cpu->begin(), cpu->end());
  while (!bytes.empty()) {
    const auto piece = take(bytes);
    if (!piece) return std::nullopt;
    objects.files.emplace_back(piece->begin(), piece->end());
  }
  return objects;
}

}  // namespace spikeloom
