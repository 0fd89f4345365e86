// W4: independent neurons with a constant input. A tile's states stay in registers over a block of steps, so
// memory is visited once a block; spikes leave as bits.
#include <algorithm>
#include <array>

#include "limits/cells.h"
#include "limits/forms.h"
#include "limits/panels.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {
namespace {

constexpr std::size_t kTilesAhead = 2;
/// Registers of a tile: states, masks and inputs should stay in what the machine has.
constexpr int kLif = 7, kSynaptic = kLanes == 16 ? 7 : 4, kAlpha = kLanes == 16 ? 6 : 3;
/// Registers whose bits of a block are still near when they are done: whole tiles, and whole lines of bits.
constexpr std::size_t kNear = 1344;

/// Steps [0, steps) of the tiles of V registers that cover [0, registers).
struct Block {
  const float* input;
  float* states;
  std::size_t states_stride;
  std::size_t registers, steps;
  Word* bits;
  std::size_t bits_stride;
};

/// Who fired; of Alpha, what `silent` has.
template <class Cell>
SPIKELOOM_WIDE_INLINE Word word(const Cell& cell, int v) {
  if constexpr (requires { cell.silent; })
    return bits(cell.silent[v]);
  else
    return bits(cell.fired[v]);
}

template <template <int> class Cell, int V>
SPIKELOOM_WIDE_INLINE void run_tile(const Block& b, std::size_t first, const Neuron& neuron) {
  Cell<V> cell;
  cell.start(neuron);
  cell.read(b.states + first * kLanes, b.states_stride);
  Register input[V];
  for (int v = 0; v < V; ++v) input[v] = load(b.input + (first + static_cast<std::size_t>(v)) * kLanes);
  Word* bits = b.bits + first;
  // What the next tiles begin with comes while this one runs: more steps than a core looks ahead.
  for (std::size_t v = kTilesAhead * V; v < (kTilesAhead + 1) * V; ++v) {
    for (int s = 0; s < Cell<V>::kStates; ++s)
      __builtin_prefetch(b.states + static_cast<std::size_t>(s) * b.states_stride + (first + v) * kLanes, 1);
    __builtin_prefetch(b.input + (first + v) * kLanes);
  }
  for (std::size_t step = 0; step < b.steps; ++step, bits += b.bits_stride) {
    __builtin_prefetch(bits + 64, 1);  // of the tiles to come
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) {
      cell.step(v, input[v]);
      // One store for each: joined to wider ones, they would leave the mask registers by a port of the
      // arithmetic.
      static_cast<volatile Word*>(bits)[v] = word(cell, v);
    }
  }
  cell.write(b.states + first * kLanes, b.states_stride);
}

template <template <int> class Cell, int V>
SPIKELOOM_WIDE void run(const Block& b, const Neuron& neuron) {
  std::size_t first = 0;
  for (; first + V <= b.registers; first += V) run_tile<Cell, V>(b, first, neuron);
  for (; first < b.registers; ++first) run_tile<Cell, 1>(b, first, neuron);
}

/// Who fired, from who did not.
SPIKELOOM_WIDE void invert(const Block& b) {
  for (std::size_t step = 0; step < b.steps; ++step) {
    Word* row = b.bits + step * b.bits_stride;
    for (std::size_t r = 0; r < b.registers; ++r) row[r] = static_cast<Word>(~row[r]);
  }
}

class Neurons final : public Limit {
 public:
  explicit Neurons(const Shape& shape)
      : shape_(shape),
        neuron_(shape.layers[0].neuron),
        registers_((shape.layers[0].outputs + kLanes - 1) / kLanes),
        // Their bits do not fit L1, and are asked for in time.
        block_(std::min<std::size_t>(shape.steps, 100)),
        input_(registers_ * kLanes),
        states_(3 * registers_ * kLanes),
        bits_(1, block_, registers_ * kLanes) {
    std::copy_n(shape.input, shape.layers[0].outputs, input_.data());
    switch (neuron_.kind) {
      case Kind::lif:
        kernel_ = benchmarks::run<Lif, kLif>, states_count_ = 1, registers_of_tile_ = kLif;
        break;
      case Kind::synaptic:
        kernel_ = benchmarks::run<Synaptic, kSynaptic>, states_count_ = 2, registers_of_tile_ = kSynaptic;
        break;
      case Kind::alpha:
        kernel_ = benchmarks::run<Alpha, kAlpha>, states_count_ = 3, registers_of_tile_ = kAlpha;
        break;
    }
  }

  void reset() override { std::fill(states_.begin(), states_.end(), 0.0f); }

  void run(std::span<Sink* const> sinks) override {
    for (std::size_t first = 0; first < shape_.steps; first += block_) {
      const std::size_t steps = std::min(block_, shape_.steps - first);
      for (std::size_t r = 0; r < registers_; r += kNear) {
        const Block block{input_.data() + r * kLanes,
                          states_.data() + r * kLanes,
                          registers_ * kLanes,
                          std::min(kNear, registers_ - r),
                          steps,
                          bits_.word.data() + r,
                          bits_.words};
        kernel_(block, neuron_);
        if (kIsSilentInverted && neuron_.kind == Kind::alpha) invert(block);
      }
      sinks[0]->spikes(first, steps, 0, 1, reinterpret_cast<const std::uint64_t*>(bits_.word.data()),
                       bits_.words / (64 / kLanes), 0);
    }
  }

  Work work() const override {
    const double n = static_cast<double>(shape_.layers[0].outputs);
    const double blocks = static_cast<double>((shape_.steps + block_ - 1) / block_);
    const std::size_t state = states_count_ * shape_.layers[0].outputs * sizeof(float);
    const std::size_t bits = bits_.word.size() * sizeof(Word);
    const double all_bits = static_cast<double>(shape_.steps * bits_.words * sizeof(Word));
    // Between two runs the other side has the same numbers of its own in the caches.
    const std::size_t all = 2 * (state + shape_.layers[0].outputs * sizeof(float) + bits);
    Work::Phase phase;
    phase.traffic = {{2 * (blocks * static_cast<double>(state) + all_bits), all, Work::Traffic::Way::update},
                     {blocks * n * sizeof(float), all}};
    phase.updates = {registers_of_tile_, static_cast<double>(registers_ * shape_.steps) / registers_of_tile_};
    phase.kind = neuron_.kind;
    Work work;
    work.phases.push_back(std::move(phase));
    work.phases.push_back({{{all_bits, 2 * bits}}});  // who counts them reads them once
    return work;
  }

 private:
  Shape shape_;
  Neuron neuron_;
  std::size_t registers_, block_;
  Memory<float> input_, states_;
  Bits bits_;
  void (*kernel_)(const Block&, const Neuron&) = nullptr;
  std::size_t states_count_ = 0;
  int registers_of_tile_ = 1;
};

}  // namespace

std::unique_ptr<Limit> make_neurons(const Shape& shape) {
  return std::make_unique<Neurons>(shape);
}

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
