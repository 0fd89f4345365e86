// The workloads: networks as graph text with seeded weights, their inputs, and which limit kernel answers
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "limits/limit.h"

namespace spikeloom::benchmarks {

/// A linear layer and the population it drives; or a population that reads the input (`inputs` 0).
struct Stage {
  std::string linear, population;  // node names
  std::size_t inputs = 0, outputs = 0;
  double mean = 0, std = 0;  // of the weights
  Neuron neuron;
  Picture picture;
};

/// What a time is divided by.
enum class Unit { sample_step, update, synaptic_operation };

struct Workload {
  std::string name;
  Unit unit = Unit::sample_step;
  std::string graph;  // JSON
  std::vector<Stage> stages;
  std::uint32_t batch = 1, steps = 1;
  unsigned threads = 1;    // 2: also compared with itself on one thread
  bool constant = false;   // the input
  bool continues = false;  // a run goes on from the last one's states: they are not part of what is measured
  bool is_optional = false;                   // only when asked for by name: takes long
  std::function<std::vector<float>()> input;  // makes [steps][batch][n], or [batch][n] when constant
  std::unique_ptr<Limit> (*limit)(const Shape&) = nullptr;
};

/// `is_small`: the same forms with few neurons, to compare bits quickly.
std::vector<Workload> w1(bool is_small);
std::vector<Workload> w2(bool is_small);
std::vector<Workload> w3(bool is_small);
std::vector<Workload> w4(bool is_small);
std::vector<Workload> w5(bool is_small);
std::vector<Workload> w8(bool is_small);
std::vector<Workload> all_workloads(bool is_small);

/// {"type": "lif", "from": ..., ...} of a population.
std::string neuron_json(const std::string& from, const Neuron& neuron);
/// Layers one behind the other, from input "x" to output "spikes".
std::string feed_forward(const std::vector<Stage>& stages, bool constant);
/// A constant current for each of n neurons, from 0 to `most`, neighbours far apart.
std::vector<float> currents(std::size_t n, float most);
/// Spikes (0 and 1) of a density.
std::vector<float> bernoulli(std::size_t count, double density, unsigned seed);

}  // namespace spikeloom::benchmarks
