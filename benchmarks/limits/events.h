// Rows of spikes as lists of indices: made once, read by every tile of neurons.
#pragma once

#include "limits/panels.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {

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

/// Which of 64 elements, or `count` if these are fewer, are not 0; what they are goes to `values` if it is
/// not null.
SPIKELOOM_WIDE_INLINE std::uint64_t word_of(const float* from, std::size_t count, float* values) {
  std::uint64_t all = 0;
  for (std::size_t j = 0; j < 64 && j < count; j += kLanes) {
    const Word some = active(from + j, count - j, values != nullptr, values);
    all |= static_cast<std::uint64_t>(some) << j;
    if (values) values += __builtin_popcount(some);
  }
  return all;
}

/// Appends the elements of a row that are not 0.
SPIKELOOM_WIDE inline void append(Events& events, const float* row, std::size_t n) {
  std::uint32_t at = events.bound[events.lists];
  const bool has_values = events.value.size() != 0;
  for (std::size_t i = 0; i < n; i += 64) {
    const std::uint64_t word = word_of(row + i, n - i, has_values ? events.value.data() + at : nullptr);
    at += list_word(word, static_cast<std::uint32_t>(i), &events.index[at]);
  }
  events.bound[++events.lists] = at;
}

/// Appends the set bits of a row: 64 at a time, of two tiles where these are half as wide.
SPIKELOOM_WIDE inline void append(Events& events, const Bits& bits, std::size_t sample, std::size_t step) {
  std::uint32_t at = events.bound[events.lists], first = 0;
  const auto word_of = [&](std::size_t tile, std::size_t i) {
    std::uint64_t word;
    std::memcpy(&word, bits.row(sample, step, tile) + i, sizeof word);
    return word;
  };
  const bool is_half = bits.width == 32;
  for (std::size_t tile = 0; tile < bits.tiles; tile += is_half ? 2 : 1)
    for (std::size_t i = 0; i < bits.words; i += 64 / kLanes, first += 64) {
      std::uint64_t word = word_of(tile, i);
      if (is_half && tile + 1 < bits.tiles) word |= word_of(tile + 1, i) << 32;
      at += list_word(word, first, &events.index[at]);
    }
  events.bound[++events.lists] = at;
}

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
