// AVX-512 for the limit kernels: they are compiled for it function by function, never by a flag of the build.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define SPIKELOOM_WIDE \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2,fma,bmi,bmi2,popcnt")))
#define SPIKELOOM_WIDE_INLINE SPIKELOOM_WIDE __attribute__((always_inline)) inline

namespace spikeloom::benchmarks {

constexpr int kLanes = 16;  // floats of a register

/// Whether this machine can run them; else limits/plain.h stands in.
inline bool is_wide() {
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vbmi2");
}

constexpr std::size_t round_up(std::size_t n, std::size_t to) {
  return (n + to - 1) / to * to;
}

}  // namespace spikeloom::benchmarks
