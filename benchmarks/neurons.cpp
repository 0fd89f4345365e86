// W4: the update of 10 000 independent neurons with a constant input, 1000 steps.
#include <cmath>
#include <cstring>

#include "benchmarks/compiled.h"
#include "benchmarks/pairs.h"
#include "handwritten/kernels.h"

namespace spikeloom::benchmarks {
namespace {

constexpr int kNeurons = 10000, kSteps = 1000;

std::vector<float> drive() {
  std::vector<float> input(kNeurons);
  for (int i = 0; i < kNeurons; ++i)
    input[i] = 0.02f + 0.2f * static_cast<float>((i * 7919) % kNeurons) / kNeurons;
  return input;
}

std::string graph(const std::string& neuron) {
  return R"({"spikeloom": 1, "inputs": {"x": {"shape": [10000], "time": "constant"}},
             "nodes": {"n": {"from": "x", )" +
         neuron + R"(}}, "outputs": {"spikes": "n"}})";
}

template <class Handwritten>
void neurons(benchmark::State& state, const std::string& neuron, const Handwritten& step) {
  Session session = compiled(graph(neuron));
  handwritten::Population population(drive());
  or_exit(session.set_input("x", population.input));
  or_exit(session.run(kSteps, no_input));
  step(population, kSteps);
  std::vector<float> mem(kNeurons);
  or_exit(session.read("n.mem", mem));
  if (std::memcmp(mem.data(), population.mem.data(), mem.size() * sizeof(float)) != 0) {
    state.SkipWithError("the handwritten loop gives other bits");
    return;
  }
  time_pairs(
      state, double{kNeurons} * kSteps, [&] { or_exit(session.run(kSteps, no_input)); },
      [&] { step(population, kSteps); });
}

void lif(benchmark::State& state) {
  neurons(state, R"("type": "lif", "beta": 0.9)",
          [](handwritten::Population& p, int steps) { handwritten::lif(p, 0.9f, 1, steps); });
}

void synaptic(benchmark::State& state) {
  neurons(state, R"("type": "synaptic", "alpha": 0.8, "beta": 0.9)",
          [](handwritten::Population& p, int steps) { handwritten::synaptic(p, 0.8f, 0.9f, 1, steps); });
}

void alpha(benchmark::State& state) {
  // The gain is the program's own: the text is the test of the arithmetic, not of a logarithm.
  Session probe = compiled(
      R"({"spikeloom": 1, "inputs": {"x": {"shape": [1], "time": "constant"}}, "nodes": {"n": {"type": "alpha",
      "from": "x", "alpha": 0.9, "beta": 0.8, "initial": {"syn_exc": 1}, "threshold": 1e9}}, "outputs": {"s": "n"}})");
  const float zero[] = {0};
  float gain_times[1], exc[1];
  or_exit(probe.set_input("x", zero));
  or_exit(probe.run(1, no_input));
  or_exit(probe.read("n.mem", gain_times));
  or_exit(probe.read("n.syn_exc", exc));
  float gain = gain_times[0] / exc[0];
  for (const float near : {std::nextafter(gain, 0.0f), gain, std::nextafter(gain, 1e9f)})
    if (near * exc[0] == gain_times[0]) gain = near;
  neurons(
      state, R"("type": "alpha", "alpha": 0.9, "beta": 0.8)",
      [gain](handwritten::Population& p, int steps) { handwritten::alpha(p, 0.9f, 0.8f, gain, 1, steps); });
}

BENCHMARK(lif)->Name("W4/lif/10000")->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(15);
BENCHMARK(synaptic)
    ->Name("W4/synaptic/10000")
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(15);
BENCHMARK(alpha)->Name("W4/alpha/10000")->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(15);

}  // namespace
}  // namespace spikeloom::benchmarks
