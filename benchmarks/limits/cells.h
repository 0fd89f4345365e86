// The neurons' updates with states in registers: V registers of 16 neurons, as many steps as the caller
// likes. Each line is one operation of the equations in graphs/neurons, rounded as written.
#pragma once

#include "limits/limit.h"
#include "limits/wide.h"

namespace spikeloom::benchmarks {

/// mem = beta * mem + input - fired * threshold. A silent neuron would subtract 0, which changes no bit.
template <int V>
struct Lif {
  static constexpr int kStates = 1;
  __m512 beta, threshold, mem[V];
  __mmask16 fired[V];

  SPIKELOOM_WIDE_INLINE void start(const Neuron& n) {
    beta = _mm512_set1_ps(n.beta), threshold = _mm512_set1_ps(n.threshold);
    for (int v = 0; v < V; ++v) mem[v] = _mm512_setzero_ps(), fired[v] = 0;
  }
  SPIKELOOM_WIDE_INLINE void load(const float* states, std::size_t) {
    for (int v = 0; v < V; ++v) {
      mem[v] = _mm512_loadu_ps(states + v * kLanes);
      fired[v] = _mm512_cmp_ps_mask(mem[v], threshold, _CMP_GT_OQ);
    }
  }
  SPIKELOOM_WIDE_INLINE void store(float* states, std::size_t) const {
    for (int v = 0; v < V; ++v) _mm512_storeu_ps(states + v * kLanes, mem[v]);
  }
  SPIKELOOM_WIDE_INLINE void step(int v, __m512 input) {
    const __m512 m = _mm512_add_ps(_mm512_mul_ps(beta, mem[v]), input);
    mem[v] = _mm512_mask_sub_ps(m, fired[v], m, threshold);
    fired[v] = _mm512_cmp_ps_mask(mem[v], threshold, _CMP_GT_OQ);
  }
};

/// syn = alpha * syn + input; mem = beta * mem + syn - fired * threshold
template <int V>
struct Synaptic {
  static constexpr int kStates = 2;
  __m512 alpha, beta, threshold, mem[V], syn[V];
  __mmask16 fired[V];

  SPIKELOOM_WIDE_INLINE void start(const Neuron& n) {
    alpha = _mm512_set1_ps(n.alpha), beta = _mm512_set1_ps(n.beta), threshold = _mm512_set1_ps(n.threshold);
    for (int v = 0; v < V; ++v) mem[v] = syn[v] = _mm512_setzero_ps(), fired[v] = 0;
  }
  SPIKELOOM_WIDE_INLINE void load(const float* states, std::size_t stride) {
    for (int v = 0; v < V; ++v) {
      mem[v] = _mm512_loadu_ps(states + v * kLanes);
      syn[v] = _mm512_loadu_ps(states + stride + v * kLanes);
      fired[v] = _mm512_cmp_ps_mask(mem[v], threshold, _CMP_GT_OQ);
    }
  }
  SPIKELOOM_WIDE_INLINE void store(float* states, std::size_t stride) const {
    for (int v = 0; v < V; ++v) {
      _mm512_storeu_ps(states + v * kLanes, mem[v]);
      _mm512_storeu_ps(states + stride + v * kLanes, syn[v]);
    }
  }
  SPIKELOOM_WIDE_INLINE void step(int v, __m512 input) {
    syn[v] = _mm512_add_ps(_mm512_mul_ps(alpha, syn[v]), input);
    const __m512 m = _mm512_add_ps(_mm512_mul_ps(beta, mem[v]), syn[v]);
    mem[v] = _mm512_mask_sub_ps(m, fired[v], m, threshold);
    fired[v] = _mm512_cmp_ps_mask(mem[v], threshold, _CMP_GT_OQ);
  }
};

/// exc = alpha * exc + input; inh = beta * inh - input; mem = gain * (exc + inh); a spike clears all three.
/// Clearing the currents is enough: gain * (0 + 0) is the +0 that mem would be set to.
template <int V>
struct Alpha {
  static constexpr int kStates = 3;
  __m512 alpha, beta, gain, threshold, mem[V], exc[V], inh[V];
  __mmask16 kept[V];

  SPIKELOOM_WIDE_INLINE void start(const Neuron& n) {
    alpha = _mm512_set1_ps(n.alpha), beta = _mm512_set1_ps(n.beta), gain = _mm512_set1_ps(n.gain);
    threshold = _mm512_set1_ps(n.threshold);
    for (int v = 0; v < V; ++v) mem[v] = exc[v] = inh[v] = _mm512_setzero_ps(), kept[v] = 0xffff;
  }
  SPIKELOOM_WIDE_INLINE void load(const float* states, std::size_t stride) {
    for (int v = 0; v < V; ++v) {
      mem[v] = _mm512_loadu_ps(states + v * kLanes);
      exc[v] = _mm512_loadu_ps(states + stride + v * kLanes);
      inh[v] = _mm512_loadu_ps(states + 2 * stride + v * kLanes);
      kept[v] = _mm512_cmp_ps_mask(mem[v], threshold, _CMP_NGT_UQ);
    }
  }
  SPIKELOOM_WIDE_INLINE void store(float* states, std::size_t stride) const {
    for (int v = 0; v < V; ++v) {
      _mm512_storeu_ps(states + v * kLanes, mem[v]);
      _mm512_storeu_ps(states + stride + v * kLanes, exc[v]);
      _mm512_storeu_ps(states + 2 * stride + v * kLanes, inh[v]);
    }
  }
  SPIKELOOM_WIDE_INLINE void step(int v, __m512 input) {
    exc[v] = _mm512_maskz_add_ps(kept[v], _mm512_mul_ps(alpha, exc[v]), input);
    inh[v] = _mm512_maskz_sub_ps(kept[v], _mm512_mul_ps(beta, inh[v]), input);
    mem[v] = _mm512_mul_ps(gain, _mm512_add_ps(exc[v], inh[v]));
    kept[v] = _mm512_cmp_ps_mask(mem[v], threshold, _CMP_NGT_UQ);
  }
};

/// Which neurons of register v fired in the last step.
template <int V>
SPIKELOOM_WIDE_INLINE __mmask16 spikes(const Lif<V>& cell, int v) {
  return cell.fired[v];
}
template <int V>
SPIKELOOM_WIDE_INLINE __mmask16 spikes(const Synaptic<V>& cell, int v) {
  return cell.fired[v];
}
template <int V>
SPIKELOOM_WIDE_INLINE __mmask16 spikes(const Alpha<V>& cell, int v) {
  return static_cast<__mmask16>(~cell.kept[v]);
}

}  // namespace spikeloom::benchmarks
