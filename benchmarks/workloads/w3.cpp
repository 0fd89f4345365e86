// W3: 12C5-MP2-64C5-MP2-FC10, beta 0.5, 50 steps (the network of snnTorch's tutorial 6): 28 x 28 pixels that
// stand still, or 2 x 34 x 34 of an event camera.
#include <random>
#include <sstream>

#include "workloads/workload.h"

namespace spikeloom::benchmarks {
namespace {

std::string convolution(const Stage& s, const std::string& from, int seed) {
  std::ostringstream json;
  json << "\"" << s.linear << R"(": {"type": "conv2d", "from": ")" << from
       << R"(", "weight": {"random": "normal", "mean": )" << s.mean << R"(, "std": )" << s.std
       << R"(, "seed": )" << seed << R"(, "shape": [)" << s.picture.outputs << ", " << s.picture.channels
       << ", 5, 5]}},\n  \"" << s.linear << R"(-pool": {"type": "max_pool2d", "from": ")" << s.linear
       << R"(", "kernel": 2},)" << "\n  \"" << s.population
       << "\": " << neuron_json("\"" + s.linear + "-pool\"", s.neuron);
  return json.str();
}

std::string graph(const std::vector<Stage>& stages, bool constant) {
  const Picture& p = stages[0].picture;
  const Stage& last = stages.back();
  std::ostringstream json;
  json << R"({"spikeloom": 1, "inputs": {"x": {"shape": [)" << p.channels << ", " << p.side << ", " << p.side
       << "]" << (constant ? R"(, "time": "constant")" : "") << "}},\n \"nodes\": {\n  "
       << convolution(stages[0], "x", 1) << ",\n  " << convolution(stages[1], stages[0].population, 2)
       << ",\n  \"flat\": {\"type\": \"flatten\", \"from\": \"" << stages[1].population << "\"},\n  \""
       << last.linear << R"(": {"type": "linear", "from": "flat", "weight": {"random": "normal", "std": )"
       << last.std << R"(, "seed": 3, "shape": [)" << last.outputs << ", " << last.inputs << "]}},\n  \""
       << last.population << "\": " << neuron_json("\"" + last.linear + "\"", last.neuron)
       << "},\n \"outputs\": {\"spikes\": \"" << last.population << "\"}}\n";
  return json.str();
}

/// `std` of both convolutions: their neurons fire at about 5 %.
Workload pictures_of(const std::string& name, std::size_t channels, std::size_t side, bool constant,
                     std::uint32_t batch, double std1, double std2, bool is_small) {
  const Neuron lif{.kind = Kind::lif, .beta = 0.5f};
  const std::uint32_t samples = is_small && batch > 1 ? 3 : batch;
  Workload w{.name = "W3/" + name + "/b" + std::to_string(samples)};
  w.batch = samples;
  w.steps = is_small ? 20 : 50;
  w.constant = constant;
  const auto stage = [&](const char* layer, const char* population, std::size_t in, std::size_t s,
                         std::size_t out, double std) {
    const std::size_t pooled = (s - 4) / 2;
    w.stages.push_back({.linear = layer,
                        .population = population,
                        .inputs = in * s * s,
                        .outputs = out * pooled * pooled,
                        .std = std,
                        .neuron = lif,
                        .picture = {.channels = in, .side = s, .window = 5, .outputs = out}});
    return pooled;
  };
  const std::size_t first = stage("conv1", "lif1", channels, side, 12, std1);
  const std::size_t second = stage("conv2", "lif2", 12, first, 64, std2);
  const std::size_t inputs = 64 * second * second;
  w.stages.push_back(
      {.linear = "fc", .population = "lif3", .inputs = inputs, .outputs = 10, .std = 0.075, .neuron = lif});
  w.graph = graph(w.stages, constant);
  const std::size_t pixels = channels * side * side;
  if (constant)
    w.input = [count = samples * pixels] {
      std::vector<float> all = bernoulli(count, 0.19, 4);
      std::mt19937 random(5);
      for (float& pixel : all)
        if (pixel != 0) pixel = static_cast<float>(1 + random() % 255) / 255.0f;
      return all;
    };
  else
    w.input = [count = std::size_t{w.steps} * samples * pixels] { return bernoulli(count, 0.02, 7); };
  w.limit = pictures;
  return w;
}

}  // namespace

std::vector<Workload> w3(bool is_small) {
  std::vector<Workload> all;
  for (const std::uint32_t batch : {1u, 128u}) {
    all.push_back(pictures_of("static", 1, is_small ? 16 : 28, true, batch, 0.23, 0.088, is_small));
    all.push_back(pictures_of("nmnist", 2, is_small ? 16 : 34, false, batch, 0.27, 0.078, is_small));
  }
  return all;
}

}  // namespace spikeloom::benchmarks
