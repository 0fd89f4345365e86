#include <algorithm>
#include <cstddef>

#include "handwritten/kernels.h"

namespace handwritten {
namespace {

constexpr int kTile = 64;  // columns held in registers while the events pass

__attribute__((target_clones("avx512f", "avx2", "default"))) void add_rows(const float* weights, int columns,
                                                                           const std::vector<int>& events,
                                                                           float* current) {
  int first = 0;
  for (; first + kTile <= columns; first += kTile) {
    float sum[kTile] = {};
    for (const int event : events) {
      const float* row = weights + static_cast<std::size_t>(event) * columns + first;
      for (int j = 0; j < kTile; ++j) sum[j] += row[j];
    }
    std::copy(sum, sum + kTile, current + first);
  }
  std::fill(current + first, current + columns, 0.0f);
  for (const int event : events)
    for (int j = first; j < columns; ++j)
      current[j] += weights[static_cast<std::size_t>(event) * columns + j];
}

__attribute__((target_clones("avx512f", "avx2", "default"))) void leak_and_reset(float* mem,
                                                                                 const float* current, int n,
                                                                                 float beta,
                                                                                 float threshold) {
  for (int i = 0; i < n; ++i) {
    const float reset = mem[i] > threshold ? threshold : 0.0f;
    mem[i] = beta * mem[i] + current[i] - reset;
  }
}

}  // namespace

void TwoLayers::step(const float* input) {
  events1.clear();
  for (int i = 0; i < inputs; ++i)
    if (input[i] != 0) events1.push_back(i);
  add_rows(weights1.data(), hidden, events1, current1.data());
  leak_and_reset(mem1.data(), current1.data(), hidden, beta, threshold);
  events2.clear();
  for (int i = 0; i < hidden; ++i)
    if (mem1[i] > threshold) events2.push_back(i);
  add_rows(weights2.data(), outputs, events2, current2.data());
  leak_and_reset(mem2.data(), current2.data(), outputs, beta, threshold);
  for (int i = 0; i < outputs; ++i) counts[i] += mem2[i] > threshold;
}

}  // namespace handwritten
