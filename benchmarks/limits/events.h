// Rows of spikes as lists of indices: made once, read by every tile of neurons.
#pragma once

#include <array>

#include "limits/panels.h"

namespace spikeloom::benchmarks {

/// Lists one behind the other. List r is index[bound[r]] ... index[bound[r + 1] - 1], ascending.
struct Events {
  Memory<std::uint32_t> index;
  Memory<float> value;  // beside each index, when values are kept
  Memory<std::uint32_t> bound;
  std::size_t lists = 0;

  static constexpr std::size_t kSlack = 64;  // whole registers are written at a list's end

  Events() = default;
  Events(std::size_t most_lists, std::size_t n, bool has_values)
      : index(most_lists * n + kSlack),
        value(has_values ? most_lists * n + kSlack : 0),
        bound(most_lists + 1) {}

  void clear() { lists = 0; }
  std::size_t total() const { return bound[lists]; }
};

/// Writes the positions of the set bits plus `first` to `to`, which has room for 16 more; returns how many.
SPIKELOOM_WIDE_INLINE std::uint32_t positions(std::uint64_t bits, std::uint32_t first, std::uint32_t* to) {
  alignas(64) static constexpr auto kByte = [] {
    std::array<std::uint8_t, 64> byte{};
    for (std::uint8_t i = 0; i < 64; ++i) byte[i] = i;
    return byte;
  }();
  const __m512i local = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(kByte.data()));
  const __m512i base = _mm512_set1_epi32(static_cast<int>(first));
  const auto count = static_cast<std::uint32_t>(__builtin_popcountll(bits));
  // Few bits are the rule: sixteen positions are widened at once, and mostly that is all.
  _mm512_storeu_si512(to, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm512_castsi512_si128(local))));
  if (count > 16) {
    alignas(64) std::uint8_t byte[64];
    _mm512_store_si512(byte, local);
    for (std::uint32_t i = 16; i < count; i += 16)
      _mm512_storeu_si512(to + i, _mm512_add_epi32(base, _mm512_cvtepu8_epi32(_mm_load_si128(
                                                             reinterpret_cast<const __m128i*>(byte + i)))));
  }
  return count;
}

/// Appends the elements of a row that are not 0.
SPIKELOOM_WIDE inline void append(Events& events, const float* row, std::size_t n) {
  std::uint32_t at = events.bound[events.lists];
  const bool has_values = events.value.size() != 0;
  for (std::size_t i = 0; i < n; i += 64) {
    std::uint64_t active = 0;
    std::uint32_t value_at = at;
    for (std::size_t j = i; j < i + 64 && j < n; j += kLanes) {
      const __mmask16 inside = n - j >= kLanes ? 0xffff : static_cast<__mmask16>((1u << (n - j)) - 1);
      const __m512 x = _mm512_maskz_loadu_ps(inside, row + j);
      const __mmask16 some = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NEQ_UQ);
      active |= static_cast<std::uint64_t>(some) << (j - i);
      if (has_values) {
        _mm512_storeu_ps(&events.value[value_at], _mm512_maskz_compress_ps(some, x));
        value_at += static_cast<std::uint32_t>(__builtin_popcount(some));
      }
    }
    at += positions(active, static_cast<std::uint32_t>(i), &events.index[at]);
  }
  events.bound[++events.lists] = at;
}

/// Appends the set bits of a row.
SPIKELOOM_WIDE inline void append(Events& events, const Bits& bits, std::size_t sample, std::size_t step) {
  std::uint32_t at = events.bound[events.lists], first = 0;
  for (std::size_t tile = 0; tile < bits.tiles; ++tile) {
    const std::uint16_t* row = bits.row(sample, step, tile);
    for (std::size_t i = 0; i < bits.words; i += 4, first += 64) {
      std::uint64_t word;
      std::memcpy(&word, row + i, sizeof word);
      at += positions(word, first, &events.index[at]);
    }
  }
  events.bound[++events.lists] = at;
}

}  // namespace spikeloom::benchmarks
