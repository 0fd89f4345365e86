// W8: one linear layer and LIF neurons, n inputs and n neurons, batch 16 (Open Neuromorphic's benchmark).
#include <cmath>
#include <cstdio>

#include "workloads/workload.h"

namespace spikeloom::benchmarks {
namespace {

Workload square(std::size_t n, double density, std::uint32_t steps) {
  char name[64];
  std::snprintf(name, sizeof name, "W8/n%zu/p%.2f", n, density);
  Workload w{.name = name, .unit = Unit::synaptic_operation};
  w.stages = {{.linear = "fc",
               .population = "lif",
               .inputs = n,
               .outputs = n,
               .std = 0.45 / std::sqrt(density * static_cast<double>(n)),
               .neuron = {.kind = Kind::lif, .beta = 0.95f}}};
  w.batch = 16;
  w.steps = steps;
  w.graph = feed_forward(w.stages, false);
  w.input = [count = steps * 16 * n, density] { return bernoulli(count, density, 7); };
  w.limit = network;
  return w;
}

}  // namespace

std::vector<Workload> w8(bool is_small) {
  std::vector<Workload> all;
  if (is_small) {
    all.push_back(square(100, 0.05, 130));
  } else {
    // Above 2048 neurons fewer steps: a step costs the same, and a run would take minutes.
    for (const std::size_t n : {512, 1024, 2048, 4096, 8192, 16384})
      for (const double density : {0.01, 0.05, 0.1}) {
        all.push_back(square(n, density, n <= 2048 ? 500 : 100));
        all.back().is_optional = n > 1024;
      }
  }
  return all;
}

}  // namespace spikeloom::benchmarks
