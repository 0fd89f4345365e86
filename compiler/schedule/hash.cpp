#include "schedule/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <map>

#include "schedule/kernel_key.h"

namespace spikeloom {
namespace {

template <class T>
std::uint64_t chain(std::uint64_t seed, const std::vector<T>& values) {
  static_assert(std::has_unique_object_representations_v<T>, "padding would enter the hash");
  return XXH64(values.data(), values.size() * sizeof(T), seed ^ values.size());
}

/// The key of a kernel without what changes no result.
std::string portable_key(KernelKind kind) {
  if (auto* cell = std::get_if<CellKernel>(&kind)) {
    cell->many = false;
    for (auto& port : cell->ports)
      for (CellKernel::Read& read : port) read.may_be_dense = false;
  }
  if (auto* convolution = std::get_if<ConvolutionKernel>(&kind)) convolution->may_be_dense = false;
  return kernel_key(kind);
}

/// Predictions and the width of panels, which depend on the machine, change no result.
std::vector<spikeloom_stage> portable_stages(const Plan& plan) {
  std::vector<spikeloom_stage> stages = plan.stages;
  for (spikeloom_stage& stage : stages) {
    stage.work = 0;
    const auto* cell = std::get_if<CellKernel>(&plan.kernels[stage.kernel].kind);
    if (cell && cell->has_linear()) stage.sizes[2] = 0;
  }
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
  hash = chain(hash, portable_stages(plan));
  hash = chain(hash, plan.segments);
  // Of the constants what tunes the drives is left out, and weights count as they were before they were
  // packed.
  std::map<std::uint32_t, const Tensor*> apart;
  for (const std::uint32_t b : plan.tuning) apart[b] = nullptr;
  for (const PackedWeights& w : plan.packed) apart[w.buffer] = w.matrix.get();
  std::uint64_t next = 0;
  const auto up_to = [&](std::uint64_t end) {
    hash = XXH64(plan.constants->data() + next, end - next, hash);
  };
  for (const auto& [b, matrix] : apart) {
    up_to(plan.buffers[b].offset);
    next = plan.buffers[b].offset + plan.buffers[b].row_bytes;
    if (matrix) hash = XXH64(matrix->values.data(), matrix->values.size() * sizeof(float), hash);
  }
  up_to(plan.constants->size());
  return XXH64(&plan.dt, sizeof plan.dt, hash);
}

}  // namespace spikeloom
