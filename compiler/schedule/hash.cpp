#include "schedule/hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace spikeloom {
namespace {

template <class T>
std::uint64_t chain(std::uint64_t seed, const std::vector<T>& values) {
  static_assert(std::has_unique_object_representations_v<T>, "padding would enter the hash");
  return XXH64(values.data(), values.size() * sizeof(T), seed ^ values.size());
}

}  // namespace

std::uint64_t hash_of(const Plan& plan) {
  std::uint64_t hash = plan.block_steps;
  for (const Kernel& k : plan.kernels) hash = XXH64(k.key.data(), k.key.size(), hash);
  hash = chain(hash, plan.buffers);
  hash = chain(hash, plan.operands);
  hash = chain(hash, plan.stages);
  hash = chain(hash, plan.segments);
  hash = chain(hash, plan.constants);
  return XXH64(&plan.dt, sizeof plan.dt, hash);
}

}  // namespace spikeloom
