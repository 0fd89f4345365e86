// Registers of 16 neurons, and mask registers.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define SPIKELOOM_REGISTERS avx512
#define SPIKELOOM_WIDE \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,fma,bmi,bmi2,popcnt")))
#define SPIKELOOM_WIDE_INLINE SPIKELOOM_WIDE __attribute__((always_inline)) inline

namespace spikeloom::benchmarks::inline avx512 {

constexpr const char* kRegisters = "AVX-512";
constexpr int kLanes = 16;  // floats of a register
using Register = __m512;
using Mask = __mmask16;                   // who fired
using Word = std::uint16_t;               // the same as bits
using Silent = __mmask16;                 // who did not, as clearing wants it
constexpr bool kIsSilentInverted = true;  // its bits are those of who fired, inverted

SPIKELOOM_WIDE_INLINE Register zero() {
  return _mm512_setzero_ps();
}
SPIKELOOM_WIDE_INLINE Register same(float x) {
  return _mm512_set1_ps(x);
}
SPIKELOOM_WIDE_INLINE Register load(const float* from) {
  return _mm512_loadu_ps(from);
}
SPIKELOOM_WIDE_INLINE void store(float* to, Register a) {
  _mm512_storeu_ps(to, a);
}
SPIKELOOM_WIDE_INLINE Register add(Register a, Register b) {
  return _mm512_add_ps(a, b);
}
SPIKELOOM_WIDE_INLINE Register sub(Register a, Register b) {
  return _mm512_sub_ps(a, b);
}
SPIKELOOM_WIDE_INLINE Register mul(Register a, Register b) {
  return _mm512_mul_ps(a, b);
}
SPIKELOOM_WIDE_INLINE Register fused(Register a, Register b, Register c) {
  return _mm512_fmadd_ps(a, b, c);
}
SPIKELOOM_WIDE_INLINE Register largest(Register a, Register b) {
  return _mm512_max_ps(a, b);
}
SPIKELOOM_WIDE_INLINE float first_of(Register a) {
  return _mm512_cvtss_f32(a);
}

SPIKELOOM_WIDE_INLINE Mask above(Register a, Register b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}
SPIKELOOM_WIDE_INLINE Silent not_above(Register a, Register b) {
  return _mm512_cmp_ps_mask(a, b, _CMP_NGT_UQ);
}
SPIKELOOM_WIDE_INLINE Mask nobody() {
  return 0;
}
SPIKELOOM_WIDE_INLINE Silent everybody_silent() {
  return 0xffff;
}

/// a - b where a neuron fired, else a.
SPIKELOOM_WIDE_INLINE Register sub_where(Mask fired, Register a, Register b) {
  return _mm512_mask_sub_ps(a, fired, a, b);
}
/// a + b, a - b of those that were silent, 0 of the others.
SPIKELOOM_WIDE_INLINE Register add_of(Silent silent, Register a, Register b) {
  return _mm512_maskz_add_ps(silent, a, b);
}
SPIKELOOM_WIDE_INLINE Register sub_of(Silent silent, Register a, Register b) {
  return _mm512_maskz_sub_ps(silent, a, b);
}

SPIKELOOM_WIDE_INLINE Word bits(Mask fired) {
  return fired;
}

/// Writes first + i of each bit i to `to`, which has room for 16; returns how many.
SPIKELOOM_WIDE_INLINE std::uint32_t list_register(Word active, std::uint32_t first, std::uint32_t* to) {
  const __m512i lane = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m512i index = _mm512_add_epi32(lane, _mm512_set1_epi32(static_cast<int>(first)));
  _mm512_storeu_si512(to, _mm512_maskz_compress_epi32(active, index));
  return static_cast<std::uint32_t>(__builtin_popcount(active));
}

/// The same of 64 bits; `to` has room for 16 more.
SPIKELOOM_WIDE_INLINE std::uint32_t list_word(std::uint64_t active, std::uint32_t first, std::uint32_t* to) {
  alignas(64) static constexpr auto kByte = [] {
    std::array<std::uint8_t, 64> byte{};
    for (std::uint8_t i = 0; i < 64; ++i) byte[i] = i;
    return byte;
  }();
  const __m512i local = _mm512_maskz_compress_epi8(active, _mm512_load_si512(kByte.data()));
  const __m512i base = _mm512_set1_epi32(static_cast<int>(first));
  const auto count = static_cast<std::uint32_t>(__builtin_popcountll(active));
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

/// Which of the first `count` elements are not 0; the others count as 0. If `has_values`, writes what they
/// are to `values`, which has room for a register.
SPIKELOOM_WIDE_INLINE Word active(const float* from, std::size_t count, bool has_values, float* values) {
  const __mmask16 inside = count >= kLanes ? 0xffff : static_cast<__mmask16>((1u << count) - 1);
  const __m512 x = _mm512_maskz_loadu_ps(inside, from);
  const __mmask16 some = _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_NEQ_UQ);
  if (has_values) _mm512_storeu_ps(values, _mm512_maskz_compress_ps(some, x));
  return some;
}

}  // namespace spikeloom::benchmarks::inline avx512
