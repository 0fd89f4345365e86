// All limit kernels of one kind of registers, and the choice between the kinds.
#pragma once

#include "limits/limit.h"
#include "machine/probes.h"

namespace spikeloom::benchmarks {

struct Kernels {
  const char* registers;
  std::unique_ptr<Limit> (*network)(const Shape&);
  std::unique_ptr<Limit> (*neurons)(const Shape&);
  std::unique_ptr<Limit> (*recurrent)(const Shape&);
  std::unique_ptr<Limit> (*pictures)(const Shape&);
  std::unique_ptr<Probes> (*probes)();
};

inline namespace avx512 {
extern const Kernels kKernels;
}
inline namespace avx2 {
extern const Kernels kKernels;
}

/// Of the widest registers that this machine has; null if it has neither AVX-512 with VBMI2 nor AVX2.
const Kernels* kernels();

}  // namespace spikeloom::benchmarks
