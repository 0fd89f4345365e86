#include "limits/kernels.h"

#include <stdexcept>

namespace spikeloom::benchmarks {
namespace {

const Kernels& present() {
  if (!kernels())
    throw std::runtime_error("the limits are written for AVX2 and AVX-512, and this machine has neither");
  return *kernels();
}

}  // namespace

const Kernels* kernels() {
  static const Kernels* const widest = []() -> const Kernels* {
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vbmi2"))
      return &avx512::kKernels;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi") &&
        __builtin_cpu_supports("bmi2"))
      return &avx2::kKernels;
    return nullptr;
  }();
  return widest;
}

std::unique_ptr<Limit> network(const Shape& shape) {
  return present().network(shape);
}
std::unique_ptr<Limit> neurons(const Shape& shape) {
  return present().neurons(shape);
}
std::unique_ptr<Limit> recurrent(const Shape& shape) {
  return present().recurrent(shape);
}
std::unique_ptr<Limit> pictures(const Shape& shape) {
  return present().pictures(shape);
}

}  // namespace spikeloom::benchmarks
