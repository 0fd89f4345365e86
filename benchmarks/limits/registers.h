// The registers that limit kernels are written in. Every file of kernels is compiled for each kind of them,
// function by function, never by a flag of the build; a namespace of its own keeps the kinds apart.
#pragma once

#include <cstddef>

#if SPIKELOOM_LANES == 16
#include "limits/avx512.h"
#elif SPIKELOOM_LANES == 8
#include "limits/avx2.h"
#else
#error "SPIKELOOM_LANES is 16 or 8"
#endif

namespace spikeloom::benchmarks {

constexpr std::size_t round_up(std::size_t n, std::size_t to) {
  return (n + to - 1) / to * to;
}

}  // namespace spikeloom::benchmarks
