// W1: 784-1000-10 LIF, beta 0.95, 25 steps (the network of snnTorch's tutorial 5).
#include <random>

#include "workloads/workload.h"

namespace spikeloom::benchmarks {
namespace {

/// `mean` and `std` of the first layer's weights are such that its neurons fire at about 5 %.
Workload digits(const std::string& name, std::uint32_t batch, double std, bool is_small) {
  const std::size_t hidden = is_small ? 200 : 1000;
  const Neuron lif{.kind = Kind::lif, .beta = 0.95f};
  Workload w{.name = "W1/" + name + "/b" + std::to_string(is_small && batch > 1 ? 5 : batch)};
  w.stages = {
      {.linear = "fc1", .population = "lif1", .inputs = 784, .outputs = hidden, .std = std, .neuron = lif},
      {.linear = "fc2", .population = "lif2", .inputs = hidden, .outputs = 10, .std = 0.08, .neuron = lif}};
  w.batch = is_small && batch > 1 ? 5 : batch;
  w.steps = 25;
  w.limit = network;
  return w;
}

Workload spikes(const std::string& name, double density, std::uint32_t batch, double std, bool is_small) {
  Workload w = digits(name, batch, std, is_small);
  w.graph = feed_forward(w.stages, false);
  w.input = [count = std::size_t{w.steps} * w.batch * 784, density] { return bernoulli(count, density, 3); };
  return w;
}

/// A picture as current: 19 % of the pixels are not 0.
Workload picture(std::uint32_t batch, bool is_small) {
  Workload w = digits("static", batch, 0.024, is_small);
  w.constant = true;
  w.graph = feed_forward(w.stages, true);
  w.input = [count = std::size_t{w.batch} * 784] {
    std::vector<float> pixels = bernoulli(count, 0.19, 4);
    std::mt19937 random(5);
    for (float& pixel : pixels)
      if (pixel != 0) pixel = static_cast<float>(1 + random() % 255) / 255.0f;
    return pixels;
  };
  return w;
}

}  // namespace

std::vector<Workload> w1(bool is_small) {
  std::vector<Workload> all;
  all.push_back(picture(1, is_small));
  all.push_back(spikes("rate-0.12", 0.12, 1, 0.037, is_small));
  all.push_back(spikes("p0.01", 0.01, 1, 0.2, is_small));
  all.push_back(spikes("rate-0.12", 0.12, 128, 0.037, is_small));
  all.push_back(picture(128, is_small));
  all.push_back(spikes("rate-0.12", 0.12, 128, 0.037, is_small));
  all.back().name += "/2-threads";
  all.back().threads = 2;
  return all;
}

}  // namespace spikeloom::benchmarks
