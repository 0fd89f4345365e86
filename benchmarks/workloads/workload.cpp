#include "workloads/workload.h"

#include <random>
#include <sstream>

namespace spikeloom::benchmarks {

std::string neuron_json(const std::string& from, const Neuron& neuron) {
  std::ostringstream json;
  const char* type = neuron.kind == Kind::lif ? "lif" : neuron.kind == Kind::synaptic ? "synaptic" : "alpha";
  json << R"({"type": ")" << type << R"(", "from": )" << from;
  if (neuron.kind != Kind::lif) json << R"(, "alpha": )" << neuron.alpha;
  json << R"(, "beta": )" << neuron.beta << R"(, "threshold": )" << neuron.threshold << "}";
  return json.str();
}

std::string feed_forward(const std::vector<Stage>& stages, bool constant) {
  std::ostringstream json;
  json << R"({"spikeloom": 1, "inputs": {"x": {"shape": [)" << stages[0].inputs << "]";
  if (constant) json << R"(, "time": "constant")";
  json << "}},\n \"nodes\": {";
  std::string from = "\"x\"";
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const Stage& s = stages[i];
    json << (i ? ",\n  \"" : "\n  \"") << s.linear << R"(": {"type": "linear", "from": )" << from
         << R"(, "weight": {"random": "normal", "mean": )" << s.mean << R"(, "std": )" << s.std
         << R"(, "seed": )" << i + 1 << R"(, "shape": [)" << s.outputs << ", " << s.inputs << "]}},\n  \""
         << s.population << "\": " << neuron_json("\"" + s.linear + "\"", s.neuron);
    from = "\"" + s.population + "\"";
  }
  json << "},\n \"outputs\": {\"spikes\": " << from << "}}\n";
  return json.str();
}

std::vector<float> currents(std::size_t n, float most) {
  std::vector<float> input(n);
  for (std::size_t i = 0; i < n; ++i)
    input[i] = most * static_cast<float>((i * 7919) % n) / static_cast<float>(n);
  return input;
}

std::vector<float> bernoulli(std::size_t count, double density, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> spikes(count);
  for (float& s : spikes) s = static_cast<double>(random()) < density * 4294967296.0 ? 1.0f : 0.0f;
  return spikes;
}

std::vector<Workload> all_workloads(bool is_small) {
  std::vector<Workload> all;
  for (auto make : {w1, w2, w3, w4, w5, w8})
    for (Workload& w : make(is_small)) all.push_back(std::move(w));
  return all;
}

}  // namespace spikeloom::benchmarks
