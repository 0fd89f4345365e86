// The neurons' updates with states in registers: V registers of neurons, as many steps as the caller
// likes. Each line is one operation of the equations in graphs/neurons, rounded as written.
#pragma once

#include "limits/limit.h"
#include "limits/registers.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {

/// mem = beta * mem + input - fired * threshold. A silent neuron would subtract 0, which changes no bit.
template <int V>
struct Lif {
  static constexpr int kStates = 1;
  Register beta, threshold, mem[V];
  Mask fired[V];

  SPIKELOOM_WIDE_INLINE void start(const Neuron& n) {
    beta = same(n.beta), threshold = same(n.threshold);
    for (int v = 0; v < V; ++v) mem[v] = zero(), fired[v] = nobody();
  }
  SPIKELOOM_WIDE_INLINE void read(const float* states, std::size_t) {
    for (int v = 0; v < V; ++v) {
      mem[v] = load(states + v * kLanes);
      fired[v] = above(mem[v], threshold);
    }
  }
  SPIKELOOM_WIDE_INLINE void write(float* states, std::size_t) const {
    for (int v = 0; v < V; ++v) store(states + v * kLanes, mem[v]);
  }
  SPIKELOOM_WIDE_INLINE void step(int v, Register input) {
    const Register m = add(mul(beta, mem[v]), input);
    mem[v] = sub_where(fired[v], m, threshold);
    fired[v] = above(mem[v], threshold);
  }
};

/// syn = alpha * syn + input; mem = beta * mem + syn - fired * threshold
template <int V>
struct Synaptic {
  static constexpr int kStates = 2;
  Register alpha, beta, threshold, mem[V], syn[V];
  Mask fired[V];

  SPIKELOOM_WIDE_INLINE void start(const Neuron& n) {
    alpha = same(n.alpha), beta = same(n.beta), threshold = same(n.threshold);
    for (int v = 0; v < V; ++v) mem[v] = syn[v] = zero(), fired[v] = nobody();
  }
  SPIKELOOM_WIDE_INLINE void read(const float* states, std::size_t stride) {
    for (int v = 0; v < V; ++v) {
      mem[v] = load(states + v * kLanes);
      syn[v] = load(states + stride + v * kLanes);
      fired[v] = above(mem[v], threshold);
    }
  }
  SPIKELOOM_WIDE_INLINE void write(float* states, std::size_t stride) const {
    for (int v = 0; v < V; ++v) {
      store(states + v * kLanes, mem[v]);
      store(states + stride + v * kLanes, syn[v]);
    }
  }
  SPIKELOOM_WIDE_INLINE void step(int v, Register input) {
    syn[v] = add(mul(alpha, syn[v]), input);
    const Register m = add(mul(beta, mem[v]), syn[v]);
    mem[v] = sub_where(fired[v], m, threshold);
    fired[v] = above(mem[v], threshold);
  }
};

/// exc = alpha * exc + input; inh = beta * inh - input; mem = gain * (exc + inh); a spike clears all three.
/// Clearing the currents is enough: gain * (0 + 0) is the +0 that mem would be set to.
template <int V>
struct Alpha {
  static constexpr int kStates = 3;
  Register alpha, beta, gain, threshold, mem[V], exc[V], inh[V];
  Silent silent[V];

  SPIKELOOM_WIDE_INLINE void start(const Neuron& n) {
    alpha = same(n.alpha), beta = same(n.beta), gain = same(n.gain);
    threshold = same(n.threshold);
    for (int v = 0; v < V; ++v) mem[v] = exc[v] = inh[v] = zero(), silent[v] = everybody_silent();
  }
  SPIKELOOM_WIDE_INLINE void read(const float* states, std::size_t stride) {
    for (int v = 0; v < V; ++v) {
      mem[v] = load(states + v * kLanes);
      exc[v] = load(states + stride + v * kLanes);
      inh[v] = load(states + 2 * stride + v * kLanes);
      silent[v] = not_above(mem[v], threshold);
    }
  }
  SPIKELOOM_WIDE_INLINE void write(float* states, std::size_t stride) const {
    for (int v = 0; v < V; ++v) {
      store(states + v * kLanes, mem[v]);
      store(states + stride + v * kLanes, exc[v]);
      store(states + 2 * stride + v * kLanes, inh[v]);
    }
  }
  SPIKELOOM_WIDE_INLINE void step(int v, Register input) {
    exc[v] = add_of(silent[v], mul(alpha, exc[v]), input);
    inh[v] = sub_of(silent[v], mul(beta, inh[v]), input);
    mem[v] = mul(gain, add(exc[v], inh[v]));
    silent[v] = not_above(mem[v], threshold);
  }
};

/// Which neurons of register v fired in the last step.
template <template <int> class Cell, int V>
SPIKELOOM_WIDE_INLINE Word spikes(const Cell<V>& cell, int v) {
  if constexpr (requires { cell.fired; })
    return bits(cell.fired[v]);
  else
    return static_cast<Word>(kIsSilentInverted ? ~bits(cell.silent[v]) : bits(cell.silent[v]));
}

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
