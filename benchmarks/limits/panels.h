// Weights as panels: the columns of a tile of neurons side by side, one row an input.
#pragma once

#include <span>

#include "limits/limit.h"
#include "limits/registers.h"
#include "machine/memory.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {

/// [tile][input][width], zeros behind the last neuron.
struct Panels {
  std::size_t inputs = 0, width = 0, tiles = 0;
  Memory<float> weight;
  Memory<float> bias;  // [tile][width]

  Panels() = default;
  Panels(const Layer& layer, std::size_t panel_width)
      : inputs(layer.inputs),
        width(panel_width),
        tiles((layer.outputs + panel_width - 1) / panel_width),
        weight(tiles * inputs * width),
        bias(tiles * width) {
    for (std::size_t o = 0; o < layer.outputs; ++o) {
      float* column = weight.data() + o / width * inputs * width + o % width;
      for (std::size_t i = 0; i < inputs; ++i) column[i * width] = layer.weight[o * inputs + i];
      if (!layer.bias.empty()) bias[o] = layer.bias[o];
    }
  }

  const float* panel(std::size_t tile) const { return weight.data() + tile * inputs * width; }
  std::size_t bytes() const { return inputs * width * sizeof(float); }
};

/// Spikes of a population over a run: [sample][step][words], zeros behind the last neuron. Split in
/// tiles, each holds such rows of its own neurons, one tile behind the other: a tile that runs many steps
/// then writes to consecutive memory.
struct Bits {
  std::size_t samples = 0, steps = 0, tiles = 0;
  std::size_t width = 0;  // neurons of a tile
  std::size_t words = 0;  // of a tile's row: a register's bits each, a multiple of 64 bits
  Memory<Word> word;

  Bits() = default;
  Bits(std::size_t samples_, std::size_t steps_, std::size_t neurons, std::size_t tiles_ = 1)
      : samples(samples_),
        steps(steps_),
        tiles(tiles_),
        width(neurons / tiles),
        words(round_up(width, 64) / kLanes),
        word(tiles * samples * steps * words) {}

  Word* row(std::size_t sample, std::size_t step, std::size_t tile = 0) const {
    return word.data() + ((tile * samples + sample) * steps + step) * words;
  }
  std::uint64_t count() const {
    std::uint64_t sum = 0;
    for (const Word w : word) sum += static_cast<std::uint64_t>(__builtin_popcount(w));
    return sum;
  }
};

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
