// W2: 700-1024-1024-1024-20 Synaptic, 100 steps, sparse spikes.
#include "workloads/workload.h"

namespace spikeloom::benchmarks {
namespace {

Workload deep(std::uint32_t batch, bool is_small) {
  const std::size_t n = is_small ? 128 : 1024;
  const double more = is_small ? 2.8 : 1;  // fewer spikes arrive: stronger weights
  const Neuron neuron{.kind = Kind::synaptic, .alpha = 0.9f, .beta = 0.95f};
  const std::uint32_t samples = is_small && batch > 1 ? 3 : batch;
  Workload w{.name = "W2/p0.01/b" + std::to_string(samples)};
  w.stages = {
      {.linear = "fc1", .population = "syn1", .inputs = 700, .outputs = n, .std = 0.033, .neuron = neuron},
      {.linear = "fc2",
       .population = "syn2",
       .inputs = n,
       .outputs = n,
       .std = 0.0063 * more,
       .neuron = neuron},
      {.linear = "fc3",
       .population = "syn3",
       .inputs = n,
       .outputs = n,
       .std = 0.0063 * more,
       .neuron = neuron},
      {.linear = "fc4",
       .population = "syn4",
       .inputs = n,
       .outputs = 20,
       .std = 0.0063 * more,
       .neuron = neuron}};
  w.batch = samples;
  w.steps = 100;
  w.graph = feed_forward(w.stages, false);
  w.input = [count = std::size_t{w.steps} * w.batch * 700] { return bernoulli(count, 0.01, 6); };
  w.limit = network;
  return w;
}

}  // namespace

std::vector<Workload> w2(bool is_small) {
  std::vector<Workload> all;
  all.push_back(deep(1, is_small));
  all.push_back(deep(32, is_small));
  all.push_back(deep(32, is_small));
  all.back().name += "/2-threads";
  all.back().threads = 2;
  return all;
}

}  // namespace spikeloom::benchmarks
