#include "data/lz4.h"

#include <algorithm>

#include "data/records.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace spikeloom::data {
namespace {

constexpr std::uint32_t kMagic = 0x184D2204u, kIsStored = 0x80000000u;

std::uint32_t checksum(const void* bytes, std::size_t size) {
  return XXH32(bytes, size, 0);
}

/// One block behind what `out` holds; matches may reach back to byte `window` of it.
bool unpack_block(std::span<const unsigned char> in, std::size_t window, std::size_t most, std::string& out) {
  std::size_t at = 0;
  const auto length = [&](std::size_t start, std::size_t& total) {
    total = start;
    if (start != 15) return true;
    for (unsigned char more = 255; more == 255; total += more) {
      if (at == in.size()) return false;
      more = in[at++];
    }
    return true;
  };
  while (at < in.size()) {
    const unsigned token = in[at++];
    std::size_t literals = 0, match = 0;
    if (!length(token >> 4, literals) || literals > in.size() - at || literals > most - out.size())
      return false;
    out.append(reinterpret_cast<const char*>(in.data()) + at, literals);
    at += literals;
    if (at == in.size()) return true;  // the last sequence is literals alone
    if (in.size() - at < 2) return false;
    const std::size_t back = little16(in.data() + at);
    at += 2;
    if (back == 0 || back > out.size() - window || !length(token & 15, match)) return false;
    match += 4;
    if (match > most - out.size()) return false;
    // What is copied may overlap what is written.
    for (; match > 0; --match) out += out[out.size() - back];
  }
  return false;
}

}  // namespace

std::string unpack_lz4(std::span<const unsigned char> frame, std::size_t most, std::string& out) {
  const std::string short_frame = "an LZ4 frame that breaks off";
  std::size_t at = 0;
  const auto has = [&](std::size_t bytes) { return frame.size() - at >= bytes; };
  if (!has(7) || little32(frame.data()) != kMagic) return "no LZ4 frame";
  const unsigned flags = frame[4], sizes = frame[5];
  const bool is_independent = (flags & 0x20) != 0, has_block_sums = (flags & 0x10) != 0,
             has_size = (flags & 8) != 0, has_sum = (flags & 4) != 0;
  if (flags >> 6 != 1 || (flags & 3) != 0 || (sizes & 0x8f) != 0 || (sizes >> 4) < 4)
    return "an LZ4 frame of an unknown kind";
  const std::size_t most_of_block = std::size_t{1} << (8 + 2 * (sizes >> 4));
  at = 6;
  std::uint64_t stated = 0;
  if (has_size) {
    if (!has(9)) return short_frame;
    stated = little32(frame.data() + at) | std::uint64_t{little32(frame.data() + at + 4)} << 32;
    at += 8;
    if (stated > most - std::min(most, out.size())) return "an LZ4 frame of more than may be unpacked";
  }
  if (frame[at] != (checksum(frame.data() + 4, at - 4) >> 8 & 0xff))
    return "an LZ4 frame whose header is damaged";
  ++at;
  const std::size_t begin = out.size();
  for (;;) {
    if (!has(4)) return short_frame;
    const std::uint32_t word = little32(frame.data() + at), size = word & ~kIsStored;
    at += 4;
    if (word == 0) break;
    if (!has(std::size_t{size} + (has_block_sums ? 4 : 0))) return short_frame;
    const auto block = frame.subspan(at, size);
    at += size;
    if (has_block_sums) {
      if (little32(frame.data() + at) != checksum(block.data(), size)) return "an LZ4 block that is damaged";
      at += 4;
    }
    const std::size_t room = std::min(most, out.size() + most_of_block);
    if ((word & kIsStored) != 0) {
      if (size > room - out.size()) return "an LZ4 block that is too large";
      out.append(reinterpret_cast<const char*>(block.data()), size);
    } else if (!unpack_block(block, is_independent ? out.size() : begin, room, out)) {
      return "an LZ4 block that is damaged or too large";
    }
  }
  if (has_size && out.size() - begin != stated) return "an LZ4 frame of another length than it says";
  if (has_sum) {
    if (!has(4)) return short_frame;
    if (little32(frame.data() + at) != checksum(out.data() + begin, out.size() - begin))
      return "an LZ4 frame that is damaged";
    at += 4;
  }
  return at == frame.size() ? "" : "bytes behind the LZ4 frame";
}

}  // namespace spikeloom::data
