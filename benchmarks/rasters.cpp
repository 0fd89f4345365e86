#include "benchmarks/rasters.h"

#include <immintrin.h>

#include <bit>
#include <cstring>

namespace spikeloom::benchmarks {
namespace {

__attribute__((target("avx512f,avx512vpopcntdq"))) std::uint64_t count_wide(const unsigned char* bits,
                                                                            std::size_t bytes) {
  __m512i sum = _mm512_setzero_si512();
  for (std::size_t i = 0; i < bytes; i += 64) {
    const std::size_t words = (bytes - i) / 8;
    const __mmask8 inside = words >= 8 ? 0xff : static_cast<__mmask8>((1u << words) - 1);
    sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(_mm512_maskz_loadu_epi64(inside, bits + i)));
  }
  std::uint64_t lanes[8], all = 0;
  _mm512_storeu_si512(lanes, sum);
  for (const std::uint64_t lane : lanes) all += lane;
  return all;
}

__attribute__((target_clones("popcnt", "default"))) std::uint64_t count_plain(const unsigned char* bits,
                                                                              std::size_t bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes; i += 8) {
    std::uint64_t word;
    std::memcpy(&word, bits + i, 8);
    sum += static_cast<std::uint64_t>(__builtin_popcountll(word));
  }
  return sum;
}

const bool kWide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vpopcntdq");

/// The last word of a row; what lies behind the n-th neuron means nothing.
std::uint64_t last_word(const unsigned char* row, std::size_t neurons) {
  std::uint64_t word = 0;
  const std::size_t bytes = (neurons % 64 + 7) / 8;
  for (std::size_t i = 0; i < bytes; ++i) word |= std::uint64_t{row[neurons / 64 * 8 + i]} << 8 * i;
  return word & ((std::uint64_t{1} << neurons % 64) - 1);
}

}  // namespace

std::uint64_t count_bits(const unsigned char* bits, std::size_t bytes) {
  return (kWide ? count_wide : count_plain)(bits, bytes);
}

std::uint64_t SpikeTotal::count_row(const unsigned char* row) const {
  std::uint64_t sum = count_bits(row, neurons_ / 64 * 8);
  if (neurons_ % 64 != 0) sum += static_cast<std::uint64_t>(std::popcount(last_word(row, neurons_)));
  return sum;
}

Result<void> SpikeTotal::record(const Block& block) {
  for (std::uint32_t s = 0; s < block.steps; ++s)
    for (std::uint32_t b = 0; b < block.samples; ++b) total += count_row(block.row(s, b));
  return {};
}

void SpikeTotal::spikes(std::size_t, std::size_t steps, std::size_t, std::size_t samples,
                        const std::uint64_t* bits, std::size_t step_words, std::size_t sample_words) {
  for (std::size_t s = 0; s < steps; ++s)
    for (std::size_t b = 0; b < samples; ++b)
      total += count_row(reinterpret_cast<const unsigned char*>(bits + s * step_words + b * sample_words));
}

void Raster::take(std::size_t step, std::size_t sample, const unsigned char* row) {
  std::uint64_t* to = bits_.data() + (step * batch_ + sample) * words_;
  std::memcpy(to, row, neurons_ / 64 * 8);
  if (neurons_ % 64 != 0) to[neurons_ / 64] = last_word(row, neurons_);
}

Result<void> Raster::record(const Block& block) {
  for (std::uint32_t s = 0; s < block.steps; ++s)
    for (std::uint32_t b = 0; b < block.samples; ++b) take(block.first_step + s, b, block.row(s, b));
  return {};
}

void Raster::spikes(std::size_t first_step, std::size_t steps, std::size_t first_sample, std::size_t samples,
                    const std::uint64_t* bits, std::size_t step_words, std::size_t sample_words) {
  for (std::size_t s = 0; s < steps; ++s)
    for (std::size_t b = 0; b < samples; ++b)
      take(first_step + s, first_sample + b,
           reinterpret_cast<const unsigned char*>(bits + s * step_words + b * sample_words));
}

void Raster::set(std::size_t step, std::size_t sample, std::size_t neuron) {
  bits_[(step * batch_ + sample) * words_ + neuron / 64] |= std::uint64_t{1} << neuron % 64;
}

std::uint64_t Raster::total() const {
  return count_bits(reinterpret_cast<const unsigned char*>(bits_.data()), bits_.size() * 8);
}

}  // namespace spikeloom::benchmarks
