// W1: 784-1000-10 LIF, beta 0.95, batch 1, Bernoulli spikes of mean 0.12.
#include <cstring>
#include <random>

#include "benchmarks/compiled.h"
#include "benchmarks/pairs.h"
#include "handwritten/kernels.h"

namespace spikeloom::benchmarks {
namespace {

constexpr int kInputs = 784, kHidden = 1000, kOutputs = 10, kSteps = 250;

/// Uniform in [-bound, bound] with few bits, so that decimal text holds it exactly.
std::vector<float> weights(std::size_t count, float bound, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<float> w(count);
  for (float& x : w) x = bound * (static_cast<float>(random() >> 20) / 2048.0f - 1);
  return w;
}

std::string text(const std::vector<float>& w, int rows, int columns) {
  std::string out = "[";
  char number[32];
  for (int r = 0; r < rows; ++r) {
    out += r ? ",[" : "[";
    for (int c = 0; c < columns; ++c) {
      std::snprintf(number, sizeof number, c ? ",%.9g" : "%.9g",
                    double{w[static_cast<std::size_t>(r) * columns + c]});
      out += number;
    }
    out += "]";
  }
  return out + "]";
}

void two_layers(benchmark::State& state) {
  const std::vector<float> w1 = weights(std::size_t{kHidden} * kInputs, 0.045f, 1);
  const std::vector<float> w2 = weights(std::size_t{kOutputs} * kHidden, 0.12f, 2);
  Session session =
      compiled(R"({"spikeloom": 1, "inputs": {"x": {"shape": [784]}}, "nodes": {
      "fc1": {"type": "linear", "from": "x", "weight": )" +
               text(w1, kHidden, kInputs) + R"(}, "lif1": {"type": "lif", "from": "fc1", "beta": 0.95},
      "fc2": {"type": "linear", "from": "lif1", "weight": )" +
               text(w2, kOutputs, kHidden) + R"(}, "lif2": {"type": "lif", "from": "fc2", "beta": 0.95}},
      "outputs": {"spikes": "lif2"}})");

  handwritten::TwoLayers net{.inputs = kInputs, .hidden = kHidden, .outputs = kOutputs};
  net.weights1.resize(w1.size());
  net.weights2.resize(w2.size());
  for (int o = 0; o < kHidden; ++o)
    for (int i = 0; i < kInputs; ++i)
      net.weights1[static_cast<std::size_t>(i) * kHidden + o] = w1[static_cast<std::size_t>(o) * kInputs + i];
  for (int o = 0; o < kOutputs; ++o)
    for (int i = 0; i < kHidden; ++i)
      net.weights2[static_cast<std::size_t>(i) * kOutputs + o] =
          w2[static_cast<std::size_t>(o) * kHidden + i];
  net.mem1.resize(kHidden), net.current1.resize(kHidden);
  net.mem2.resize(kOutputs), net.current2.resize(kOutputs);
  net.counts.resize(kOutputs);

  std::vector<float> spikes(std::size_t{kSteps} * kInputs);
  std::mt19937 random(3);
  for (float& s : spikes) s = static_cast<double>(random()) < 0.12 * 4294967296.0 ? 1.0f : 0.0f;
  const auto source = [&](std::string_view, std::uint64_t first, std::uint32_t steps,
                          std::span<float> rows) -> Result<void> {
    std::memcpy(rows.data(), &spikes[(first % kSteps) * kInputs],
                std::size_t{steps} * kInputs * sizeof(float));
    return {};
  };
  const auto run_compiled = [&] {
    or_exit(session.reset());
    or_exit(session.run(kSteps, source));
  };
  const auto run_handwritten = [&] {
    net.mem1.assign(kHidden, 0), net.mem2.assign(kOutputs, 0);
    for (int t = 0; t < kSteps; ++t) net.step(&spikes[static_cast<std::size_t>(t) * kInputs]);
  };

  run_compiled();
  run_handwritten();
  std::vector<float> mem(kHidden);
  or_exit(session.read("lif1.mem", mem));
  if (std::memcmp(mem.data(), net.mem1.data(), mem.size() * sizeof(float)) != 0) {
    state.SkipWithError("the handwritten loop gives other bits");
    return;
  }
  time_pairs(state, kSteps, run_compiled, run_handwritten);
}

BENCHMARK(two_layers)
    ->Name("W1/rate-0.12/batch-1")
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(25);

}  // namespace
}  // namespace spikeloom::benchmarks
