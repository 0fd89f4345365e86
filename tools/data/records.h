// What the readers of binary events share. Inside this room only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arrays/bytes.h"
#include "support/try.h"

namespace spikeloom::data {

inline std::uint32_t big32(const unsigned char* b) {
  return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
}
inline std::uint32_t little32(const unsigned char* b) {
  return std::uint32_t{b[3]} << 24 | std::uint32_t{b[2]} << 16 | std::uint32_t{b[1]} << 8 | b[0];
}
inline std::int64_t little64(const unsigned char* b) {
  return static_cast<std::int64_t>(std::uint64_t{little32(b)} | std::uint64_t{little32(b + 4)} << 32);
}
inline std::uint32_t little16(const unsigned char* b) {
  return std::uint32_t{b[1]} << 8 | b[0];
}

/// Calls visit(number of the record, its bytes) for each of `count` records of `size` bytes at `offset`;
/// stops at the first error. The file is read in parts.
template <class Visit>
Result<void> visit_records(const Bytes& bytes, std::uint64_t offset, std::uint64_t count, std::size_t size,
                           Visit&& visit) {
  constexpr std::uint64_t kChunk = 1u << 14;
  std::vector<unsigned char> chunk(std::min(kChunk, count) * size);
  for (std::uint64_t done = 0; done < count;) {
    const std::uint64_t now = std::min(kChunk, count - done);
    TRY_VOID(bytes.read(offset + done * size, std::span(chunk).first(now * size)));
    for (std::uint64_t i = 0; i < now; ++i) TRY_VOID(visit(done + i, chunk.data() + i * size));
    done += now;
  }
  return {};
}

/// The lines at the start of a file that begin with `mark`, without their line ends, and where they stop:
/// behind `last`, or at the first line of another kind.
struct HeaderLines {
  std::vector<std::string> lines;
  std::uint64_t end = 0;  // bytes
};
Result<HeaderLines> read_header_lines(const Bytes& bytes, char mark, std::string_view last = {});

}  // namespace spikeloom::data
