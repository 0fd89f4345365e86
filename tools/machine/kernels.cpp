#include "machine/kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace spikeloom::machine {
namespace {

// What every CPU of the target has; 16 bytes are SSE and NEON.
namespace base {
#define SPIKELOOM_VECTOR_BYTES 16
#define SPIKELOOM_FOR_TARGET
#define SPIKELOOM_FMA(a, b, c) ((a) * (b) + (c))
#include "machine/kernels_body.h"
#undef SPIKELOOM_VECTOR_BYTES
#undef SPIKELOOM_FOR_TARGET
#undef SPIKELOOM_FMA
}  // namespace base

#if defined(__x86_64__)
namespace avx2 {
#define SPIKELOOM_VECTOR_BYTES 32
#define SPIKELOOM_FOR_TARGET __attribute__((target("avx2,fma")))
#define SPIKELOOM_FMA(a, b, c) _mm256_fmadd_ps(a, b, c)
#include "machine/kernels_body.h"
#undef SPIKELOOM_VECTOR_BYTES
#undef SPIKELOOM_FOR_TARGET
#undef SPIKELOOM_FMA
}  // namespace avx2

namespace avx512 {
#define SPIKELOOM_VECTOR_BYTES 64
#define SPIKELOOM_FOR_TARGET __attribute__((target("avx512f")))
#define SPIKELOOM_FMA(a, b, c) _mm512_fmadd_ps(a, b, c)
#include "machine/kernels_body.h"
#undef SPIKELOOM_VECTOR_BYTES
#undef SPIKELOOM_FOR_TARGET
#undef SPIKELOOM_FMA
}  // namespace avx512
#endif

}  // namespace

Kernels kernels_of_this_cpu() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f"))
    return {"AVX-512", avx512::kLanes, avx512::stream, avx512::rows, avx512::dense, avx512::chain};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return {"AVX2", avx2::kLanes, avx2::stream, avx2::rows, avx2::dense, avx2::chain};
#endif
  return {"128-bit vectors", base::kLanes, base::stream, base::rows, base::dense, base::chain};
}

}  // namespace spikeloom::machine
