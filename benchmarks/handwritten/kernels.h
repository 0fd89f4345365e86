// What an expert would write for exactly one shape: the measure for compiled code. Each is compiled for
// AVX-512, AVX2 and the baseline, and the best one that this machine can run is chosen at start.
#pragma once

#include <cstdint>
#include <vector>

namespace handwritten {

/// Independent neurons with a constant input [n], n a multiple of 16; spikes as bits, one row a step,
/// overwritten by the next.
struct Population {
  std::vector<float> input, mem, syn, inh;
  std::vector<std::uint16_t> spikes;

  Population(std::vector<float> drive);
};

/// One step of every neuron each: what semantics.md, or snnTorch's Leaky, Synaptic (subtract) and Alpha
/// (zero), define.
void lif(Population& p, float beta, float threshold, int steps);
void synaptic(Population& p, float alpha, float beta, float threshold, int steps);
void alpha(Population& p, float alpha, float beta, float gain, float threshold, int steps);

/// Two layers of linear + LIF at batch 1, driven by events.
struct TwoLayers {
  int inputs, hidden, outputs;
  std::vector<float> weights1;  // [inputs][hidden]: a row an event
  std::vector<float> weights2;  // [hidden][outputs]
  std::vector<float> mem1, mem2, current1, current2;
  std::vector<int> events1, events2;
  std::vector<std::uint32_t> counts;  // output spikes
  float beta = 0.95f, threshold = 1;

  void step(const float* input);
};

}  // namespace handwritten
