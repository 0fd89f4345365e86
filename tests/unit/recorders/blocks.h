// Blocks made by hand: bits or floats from a function of step, sample and neuron.
#pragma once

#include <cstring>
#include <functional>
#include <vector>

#include "spikeloom/recorders.h"

namespace spikeloom::testing {

using ValueAt = std::function<float(std::uint64_t step, std::uint32_t sample, std::uint32_t neuron)>;

struct BlockData {
  std::vector<unsigned char> bytes;
  Block block;
};

/// Padding and the bits behind the last neuron are garbage, as they may be.
inline BlockData make_block(spikeloom_element element, std::uint64_t first_step, std::uint32_t steps,
                            std::uint32_t samples, std::uint32_t neurons, const ValueAt& value) {
  const std::size_t row = (element == SPIKELOOM_BITS ? (neurons + 7) / 8 : neurons * 4u) / 64 * 64 + 64;
  BlockData data{std::vector<unsigned char>(row * steps * samples, 0xff),
                 {.signal = "lif1",
                  .first_step = first_step,
                  .steps = steps,
                  .samples = samples,
                  .neurons = neurons,
                  .element = element,
                  .step_stride = row * samples,
                  .sample_stride = row}};
  data.block.data = data.bytes.data();
  for (std::uint32_t s = 0; s < steps; ++s)
    for (std::uint32_t b = 0; b < samples; ++b)
      for (std::uint32_t j = 0; j < neurons; ++j) {
        unsigned char* to = data.bytes.data() + (std::size_t{s} * samples + b) * row;
        const float v = value(first_step + s, b, j);
        if (element == SPIKELOOM_FLOAT)
          std::memcpy(to + j * 4u, &v, 4);
        else if (v == 0)
          to[j / 8] &= static_cast<unsigned char>(~(1u << j % 8));
      }
  return data;
}

inline float spike_pattern(std::uint64_t step, std::uint32_t sample, std::uint32_t neuron) {
  return (step * 7 + sample * 3 + neuron * 5) % 11 == 0 ? 1.0f : 0.0f;
}

}  // namespace spikeloom::testing
