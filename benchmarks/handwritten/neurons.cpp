#include <immintrin.h>

#include "handwritten/kernels.h"

namespace handwritten {

Population::Population(std::vector<float> drive)
    : input(std::move(drive)),
      mem(input.size()),
      syn(input.size()),
      inh(input.size()),
      spikes(input.size() / 16) {}

namespace {

using Lanes = std::uint16_t;

// Sixteen neurons at a time with mask registers.

__attribute__((target("avx512f"))) void lif_wide(Population& p, float beta, float threshold, int steps) {
  const __m512 b = _mm512_set1_ps(beta), th = _mm512_set1_ps(threshold);
  for (int t = 0; t < steps; ++t)
    for (std::size_t i = 0; i < p.mem.size(); i += 16) {
      __m512 m = _mm512_loadu_ps(&p.mem[i]);
      const __mmask16 fired = _mm512_cmp_ps_mask(m, th, _CMP_GT_OQ);
      m = _mm512_add_ps(_mm512_mul_ps(b, m), _mm512_loadu_ps(&p.input[i]));
      m = _mm512_mask_sub_ps(m, fired, m, th);
      _mm512_storeu_ps(&p.mem[i], m);
      p.spikes[i / 16] = static_cast<Lanes>(_mm512_cmp_ps_mask(m, th, _CMP_GT_OQ));
    }
}

__attribute__((target("avx512f"))) void synaptic_wide(Population& p, float alpha, float beta, float threshold,
                                                      int steps) {
  const __m512 a = _mm512_set1_ps(alpha), b = _mm512_set1_ps(beta), th = _mm512_set1_ps(threshold);
  for (int t = 0; t < steps; ++t)
    for (std::size_t i = 0; i < p.mem.size(); i += 16) {
      __m512 m = _mm512_loadu_ps(&p.mem[i]), s = _mm512_loadu_ps(&p.syn[i]);
      const __mmask16 fired = _mm512_cmp_ps_mask(m, th, _CMP_GT_OQ);
      s = _mm512_add_ps(_mm512_mul_ps(a, s), _mm512_loadu_ps(&p.input[i]));
      m = _mm512_add_ps(_mm512_mul_ps(b, m), s);
      m = _mm512_mask_sub_ps(m, fired, m, th);
      _mm512_storeu_ps(&p.syn[i], s);
      _mm512_storeu_ps(&p.mem[i], m);
      p.spikes[i / 16] = static_cast<Lanes>(_mm512_cmp_ps_mask(m, th, _CMP_GT_OQ));
    }
}

__attribute__((target("avx512f"))) void alpha_wide(Population& p, float alpha, float beta, float gain,
                                                   float threshold, int steps) {
  const __m512 a = _mm512_set1_ps(alpha), b = _mm512_set1_ps(beta), g = _mm512_set1_ps(gain),
               th = _mm512_set1_ps(threshold);
  for (int t = 0; t < steps; ++t)
    for (std::size_t i = 0; i < p.mem.size(); i += 16) {
      const __m512 x = _mm512_loadu_ps(&p.input[i]);
      __m512 m = _mm512_loadu_ps(&p.mem[i]), e = _mm512_loadu_ps(&p.syn[i]), h = _mm512_loadu_ps(&p.inh[i]);
      const __mmask16 kept = _mm512_cmp_ps_mask(m, th, _CMP_NGT_UQ);
      e = _mm512_add_ps(_mm512_mul_ps(a, e), x);
      h = _mm512_sub_ps(_mm512_mul_ps(b, h), x);
      m = _mm512_maskz_mul_ps(kept, g, _mm512_add_ps(e, h));
      e = _mm512_maskz_mov_ps(kept, e);
      h = _mm512_maskz_mov_ps(kept, h);
      _mm512_storeu_ps(&p.syn[i], e);
      _mm512_storeu_ps(&p.inh[i], h);
      _mm512_storeu_ps(&p.mem[i], m);
      p.spikes[i / 16] = static_cast<Lanes>(_mm512_cmp_ps_mask(m, th, _CMP_GT_OQ));
    }
}

/// The same as loops over sixteen neurons, for the compiler to vectorise as far as the machine goes.
template <class Update>
inline __attribute__((always_inline)) void loop(Population& p, int steps, const Update& update) {
  for (int t = 0; t < steps; ++t)
    for (std::size_t i = 0; i < p.mem.size(); i += 16) {
      bool fires[16];
      for (std::size_t j = 0; j < 16; ++j) fires[j] = update(i + j);
      unsigned bits = 0;
      for (unsigned j = 0; j < 16; ++j) bits |= static_cast<unsigned>(fires[j]) << j;
      p.spikes[i / 16] = static_cast<Lanes>(bits);
    }
}

__attribute__((target_clones("avx2", "default"))) void lif_loop(Population& p, float beta, float threshold,
                                                                int steps) {
  float *mem = p.mem.data(), *input = p.input.data();
  loop(p, steps, [=](std::size_t i) {
    const float reset = mem[i] > threshold ? threshold : 0.0f;
    mem[i] = beta * mem[i] + input[i] - reset;
    return mem[i] > threshold;
  });
}

__attribute__((target_clones("avx2", "default"))) void synaptic_loop(Population& p, float alpha, float beta,
                                                                     float threshold, int steps) {
  float *mem = p.mem.data(), *syn = p.syn.data(), *input = p.input.data();
  loop(p, steps, [=](std::size_t i) {
    const float reset = mem[i] > threshold ? threshold : 0.0f;
    syn[i] = alpha * syn[i] + input[i];
    mem[i] = beta * mem[i] + syn[i] - reset;
    return mem[i] > threshold;
  });
}

__attribute__((target_clones("avx2", "default"))) void alpha_loop(Population& p, float alpha, float beta,
                                                                  float gain, float threshold, int steps) {
  float *mem = p.mem.data(), *exc = p.syn.data(), *inh = p.inh.data(), *input = p.input.data();
  loop(p, steps, [=](std::size_t i) {
    const bool fired = mem[i] > threshold;
    const float e = alpha * exc[i] + input[i], h = beta * inh[i] - input[i];
    mem[i] = fired ? 0.0f : gain * (e + h);
    exc[i] = fired ? 0.0f : e;
    inh[i] = fired ? 0.0f : h;
    return mem[i] > threshold;
  });
}

const bool kWide = __builtin_cpu_supports("avx512f");

}  // namespace

void lif(Population& p, float beta, float threshold, int steps) {
  (kWide ? lif_wide : lif_loop)(p, beta, threshold, steps);
}

void synaptic(Population& p, float alpha, float beta, float threshold, int steps) {
  (kWide ? synaptic_wide : synaptic_loop)(p, alpha, beta, threshold, steps);
}

void alpha(Population& p, float alpha, float beta, float gain, float threshold, int steps) {
  (kWide ? alpha_wide : alpha_loop)(p, alpha, beta, gain, threshold, steps);
}

}  // namespace handwritten
