// W4: independent neurons, each with its own constant current.
#include "workloads/workload.h"

namespace spikeloom::benchmarks {
namespace {

/// `most`: the strongest current, such that the neurons fire at about 5 %.
Workload independent(const std::string& name, const Neuron& neuron, std::size_t n, std::uint32_t steps,
                     float most) {
  Workload w{.name = "W4/" + name + "/" + std::to_string(n), .unit = Unit::update};
  w.stages = {{.population = "n", .outputs = n, .neuron = neuron}};
  w.graph = R"({"spikeloom": 1, "inputs": {"x": {"shape": [)" + std::to_string(n) +
            R"(], "time": "constant"}}, "nodes": {"n": )" + neuron_json("\"x\"", neuron) +
            R"(}, "outputs": {"spikes": "n"}})";
  w.steps = steps;
  w.constant = w.continues = true;
  w.input = [n, most] { return currents(n, most); };
  w.limit = neurons;
  return w;
}

}  // namespace

std::vector<Workload> w4(bool is_small) {
  const Neuron lif{.kind = Kind::lif, .beta = 0.9f};
  const Neuron synaptic{.kind = Kind::synaptic, .alpha = 0.8f, .beta = 0.9f};
  const Neuron alpha{.kind = Kind::alpha, .alpha = 0.9f, .beta = 0.8f};
  std::vector<Workload> all;
  for (const std::size_t n : {std::size_t{10'000}, std::size_t{4'000'000}}) {
    const std::size_t size = is_small ? n / 10 % 1'001 + 37 : n;
    const std::uint32_t steps = is_small ? 50 : n == 10'000 ? 1000 : 20;
    all.push_back(independent("lif", lif, size, steps, 0.22f));
    all.push_back(independent("synaptic", synaptic, size, steps, 0.045f));
    all.push_back(independent("alpha", alpha, size, steps, 0.3f));
  }
  return all;
}

}  // namespace spikeloom::benchmarks
