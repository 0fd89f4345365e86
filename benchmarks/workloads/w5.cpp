// W5: 1000 neurons connected to themselves, 500 steps of a small current.
#include <sstream>

#include "workloads/workload.h"

namespace spikeloom::benchmarks {
namespace {

Workload loop(const std::string& name, const Neuron& neuron, double std, float most, bool is_small) {
  const std::size_t n = is_small ? 200 : 1000;
  Workload w{.name = "W5/" + name};
  w.stages = {{.linear = "rec", .population = "n", .inputs = n, .outputs = n, .std = std, .neuron = neuron}};
  std::ostringstream json;
  json << R"({"spikeloom": 1, "inputs": {"x": {"shape": [)" << n << R"(], "time": "constant"}}, "nodes": {
  "rec": {"type": "linear", "from": {"node": "n", "delay": 1}, "weight": {"random": "normal", "std": )"
       << std << R"(, "seed": 1, "shape": [)" << n << ", " << n << R"(]}},
  "n": )"
       << neuron_json(R"(["x", "rec"])", neuron) << R"(}, "outputs": {"spikes": "n"}})";
  w.graph = json.str();
  w.steps = is_small ? 60 : 500;
  w.constant = true;
  w.input = [n, most] { return currents(n, most); };
  w.limit = recurrent;
  return w;
}

}  // namespace

std::vector<Workload> w5(bool is_small) {
  std::vector<Workload> all;
  all.push_back(loop("lif", {.kind = Kind::lif, .beta = 0.9f}, 0.025, 0.17f, is_small));
  all.push_back(
      loop("synaptic", {.kind = Kind::synaptic, .alpha = 0.8f, .beta = 0.9f}, 0.004, 0.036f, is_small));
  return all;
}

}  // namespace spikeloom::benchmarks
