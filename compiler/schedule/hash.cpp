#include "schedule/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "schedule/kernel_key.h"

namespace spikeloom {
namespace {

template <class T>
std::uint64_t chain(std::uint64_t seed, const std::vector<T>& values) {
  static_assert(std::has_unique_object_representations_v<T>, "padding would enter the hash");
  return XXH64(values.data(), values.size() * sizeof(T), seed ^ values.size());
}

/// The key of a kernel without what depends on the machine.
std::string portable_key(KernelKind kind) {
  if (auto* cell = std::get_if<CellKernel>(&kind))
    for (auto& port : cell->ports)
      for (CellKernel::Read& read : port) read.may_be_dense = false;
  if (auto* convolution = std::get_if<ConvolutionKernel>(&kind)) convolution->may_be_dense = false;
  return kernel_key(kind);
}

/// Predictions, which depend on the machine, change no result.
std::vector<spikeloom_stage> without_work(std::vector<spikeloom_stage> stages) {
  for (spikeloom_stage& stage : stages) stage.work = 0;
  return stages;
}

}  // namespace

std::uint64_t hash_of(const Plan& plan) {
  std::uint64_t hash = plan.block_steps;
  for (const Kernel& k : plan.kernels) {
    const std::string key = portable_key(k.kind);
    hash = XXH64(key.data(), key.size(), hash);
  }
  hash = chain(hash, plan.buffers);
  hash = chain(hash, plan.operands);
  hash = chain(hash, without_work(plan.stages));
  hash = chain(hash, plan.segments);
  std::uint64_t next = 0;  // of the constants; what tunes the drives is left out
  const auto up_to = [&](std::uint64_t end) {
    hash = XXH64(plan.constants->data() + next, end - next, hash);
  };
  for (const std::uint32_t b : plan.tuning) {
    up_to(plan.buffers[b].offset);
    next = plan.buffers[b].offset + plan.buffers[b].row_bytes;
  }
  up_to(plan.constants->size());
  return XXH64(&plan.dt, sizeof plan.dt, hash);
}

}  // namespace spikeloom
