// Registers of 8 neurons; masks are registers too.
#pragma once

#include <immintrin.h>

#include <array>
#include <cstdint>

#define SPIKELOOM_REGISTERS avx2
#define SPIKELOOM_WIDE __attribute__((target("avx2,fma,bmi,bmi2,popcnt")))
#define SPIKELOOM_WIDE_INLINE SPIKELOOM_WIDE __attribute__((always_inline)) inline

namespace spikeloom::benchmarks::inline avx2 {

constexpr const char* kRegisters = "AVX2";
constexpr int kLanes = 8;  // floats of a register
using Register = __m256;
using Mask = __m256;        // who fired
using Word = std::uint8_t;  // the same as bits
using Silent = __m256;      // who did not, as clearing wants it: here by those who fired
constexpr bool kIsSilentInverted = false;

SPIKELOOM_WIDE_INLINE Register zero() {
  return _mm256_setzero_ps();
}
SPIKELOOM_WIDE_INLINE Register same(float x) {
  return _mm256_set1_ps(x);
}
SPIKELOOM_WIDE_INLINE Register load(const float* from) {
  return _mm256_loadu_ps(from);
}
SPIKELOOM_WIDE_INLINE void store(float* to, Register a) {
  _mm256_storeu_ps(to, a);
}
SPIKELOOM_WIDE_INLINE Register add(Register a, Register b) {
  return _mm256_add_ps(a, b);
}
SPIKELOOM_WIDE_INLINE Register sub(Register a, Register b) {
  return _mm256_sub_ps(a, b);
}
SPIKELOOM_WIDE_INLINE Register mul(Register a, Register b) {
  return _mm256_mul_ps(a, b);
}
SPIKELOOM_WIDE_INLINE Register fused(Register a, Register b, Register c) {
  return _mm256_fmadd_ps(a, b, c);
}
SPIKELOOM_WIDE_INLINE Register largest(Register a, Register b) {
  return _mm256_max_ps(a, b);
}
SPIKELOOM_WIDE_INLINE float first_of(Register a) {
  return _mm256_cvtss_f32(a);
}

SPIKELOOM_WIDE_INLINE Mask above(Register a, Register b) {
  return _mm256_cmp_ps(a, b, _CMP_GT_OQ);
}
SPIKELOOM_WIDE_INLINE Silent not_above(Register a, Register b) {
  return _mm256_cmp_ps(a, b, _CMP_GT_OQ);
}
SPIKELOOM_WIDE_INLINE Mask nobody() {
  return _mm256_setzero_ps();
}
SPIKELOOM_WIDE_INLINE Silent everybody_silent() {
  return _mm256_setzero_ps();
}

/// a - b where a neuron fired, else a - 0, which is a.
SPIKELOOM_WIDE_INLINE Register sub_where(Mask fired, Register a, Register b) {
  return _mm256_sub_ps(a, _mm256_and_ps(fired, b));
}
/// a + b, a - b of those that were silent, 0 of the others.
SPIKELOOM_WIDE_INLINE Register add_of(Silent silent, Register a, Register b) {
  return _mm256_andnot_ps(silent, _mm256_add_ps(a, b));
}
SPIKELOOM_WIDE_INLINE Register sub_of(Silent silent, Register a, Register b) {
  return _mm256_andnot_ps(silent, _mm256_sub_ps(a, b));
}

SPIKELOOM_WIDE_INLINE Word bits(Mask fired) {
  return static_cast<Word>(_mm256_movemask_ps(fired));
}

/// The positions of each byte's bits.
struct Positions {
  alignas(64) std::array<std::array<std::uint8_t, 8>, 256> of_byte{};
  constexpr Positions() {
    for (unsigned byte = 0; byte < 256; ++byte)
      for (std::uint8_t bit = 0, at = 0; bit < 8; ++bit)
        if (byte >> bit & 1) of_byte[byte][at++] = bit;
  }
};
inline constexpr Positions kPositions;

/// Writes first + i of each bit i to `to`, which has room for 8; returns how many.
SPIKELOOM_WIDE_INLINE std::uint32_t list_register(Word active, std::uint32_t first, std::uint32_t* to) {
  const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kPositions.of_byte[active].data()));
  const __m256i index =
      _mm256_add_epi32(_mm256_cvtepu8_epi32(bytes), _mm256_set1_epi32(static_cast<int>(first)));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), index);
  return static_cast<std::uint32_t>(__builtin_popcount(active));
}

/// The same of 64 bits; `to` has room for 4 more. Few bits are the rule: four are written whatever there are,
/// and mostly that is all, which a branch foresees better than their number.
SPIKELOOM_WIDE_INLINE std::uint32_t list_word(std::uint64_t active, std::uint32_t first, std::uint32_t* to) {
  const auto count = static_cast<std::uint32_t>(__builtin_popcountll(active));
  do
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      *to++ = first + static_cast<std::uint32_t>(_tzcnt_u64(active));
      active = _blsr_u64(active);
    }
  while (active != 0);
  return count;
}

/// Which of the first `count` elements are not 0; the others count as 0. If `has_values`, writes what they
/// are to `values`, which has room for a register.
SPIKELOOM_WIDE_INLINE Word active(const float* from, std::size_t count, bool has_values, float* values) {
  __m256 x;
  if (count >= kLanes) {
    x = _mm256_loadu_ps(from);
  } else {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    x = _mm256_maskload_ps(from, _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lane));
  }
  const Word some = static_cast<Word>(_mm256_movemask_ps(_mm256_cmp_ps(x, _mm256_setzero_ps(), _CMP_NEQ_UQ)));
  if (has_values) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(kPositions.of_byte[some].data()));
    _mm256_storeu_ps(values, _mm256_permutevar8x32_ps(x, _mm256_cvtepu8_epi32(bytes)));
  }
  return some;
}

}  // namespace spikeloom::benchmarks::inline avx2
