// W5: one population connected to itself, step by step. The rows of the neurons that fired are added whole, V
// registers at a time; a tile's spikes join the next step's list as soon as they are known.
#include <algorithm>

#include "limits/cells.h"
#include "limits/events.h"
#include "limits/forms.h"
#include "limits/panels.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {
namespace {

constexpr int kTile = 8;  // registers

/// Everything a step needs; the weights are [neuron][stride], a row what one spike adds.
struct Loop {
  const float* weight;
  const float* bias;
  const float* input;
  float* states;
  std::size_t registers, stride;
  std::uint32_t* events[2];  // of the last step and of this one, in turn
  Neuron neuron;
};

/// Returns how many neurons fired.
template <template <int> class Cell>
SPIKELOOM_WIDE std::uint32_t run_step(const Loop& loop, const std::uint32_t* events, std::uint32_t count,
                                      std::uint32_t* fired, Word* bits) {
  std::uint32_t fired_count = 0;
  for (std::size_t first = 0; first < loop.registers; first += kTile) {
    const std::size_t at = first * kLanes;
    Register sum[kTile];
    for (int v = 0; v < kTile; ++v) sum[v] = load(loop.bias + at + v * kLanes);
    for (std::uint32_t k = 0; k < count; ++k) {
      const float* row = loop.weight + events[k] * loop.stride + at;
#pragma GCC unroll 16
      for (int v = 0; v < kTile; ++v) sum[v] = add(sum[v], load(row + v * kLanes));
    }
    Cell<kTile> cell;
    cell.start(loop.neuron);
    cell.read(loop.states + at, loop.stride);
#pragma GCC unroll 16
    for (int v = 0; v < kTile; ++v) {
      cell.step(v, add(load(loop.input + at + v * kLanes), sum[v]));
      const Word active = spikes(cell, v);
      bits[first + static_cast<std::size_t>(v)] = active;
      fired_count +=
          list_register(active, static_cast<std::uint32_t>(at) + static_cast<std::uint32_t>(v) * kLanes,
                        fired + fired_count);
    }
    cell.write(loop.states + at, loop.stride);
  }
  return fired_count;
}

class Recurrent final : public Limit {
 public:
  explicit Recurrent(const Shape& shape)
      : shape_(shape),
        padded_(round_up(shape.layers[0].outputs, kTile * kLanes)),
        panels_(shape.layers[0], padded_),
        input_(padded_),
        states_(2 * padded_),
        events_(2 * (padded_ + kLanes)),
        bits_(1, shape.steps, padded_) {
    std::copy_n(shape.input, shape.layers[0].outputs, input_.data());
  }

  void run(std::span<Sink* const> sinks) override {
    std::fill(states_.begin(), states_.end(), 0.0f);
    const Loop loop{panels_.weight.data(),
                    panels_.bias.data(),
                    input_.data(),
                    states_.data(),
                    padded_ / kLanes,
                    padded_,
                    {events_.data(), events_.data() + padded_ + kLanes},
                    shape_.layers[0].neuron};
    const auto step = loop.neuron.kind == Kind::lif ? run_step<Lif> : run_step<Synaptic>;
    std::uint32_t count = 0;
    for (std::size_t s = 0; s < shape_.steps; ++s)
      count = step(loop, loop.events[s % 2], count, loop.events[(s + 1) % 2], bits_.row(0, s));
    sinks[0]->spikes(0, shape_.steps, 0, 1, reinterpret_cast<const std::uint64_t*>(bits_.word.data()),
                     bits_.words / (64 / kLanes), 0);
  }

  Work work() const override {
    const double n = static_cast<double>(shape_.layers[0].outputs);
    const double events = static_cast<double>(bits_.count());
    // The rows that are read over and over are those of neurons that fire at all.
    std::vector<Word> active(bits_.words);
    for (std::size_t step = 0; step < shape_.steps; ++step)
      for (std::size_t w = 0; w < bits_.words; ++w) active[w] |= bits_.row(0, step)[w];
    std::size_t rows = 0;
    for (const Word w : active) rows += static_cast<std::size_t>(__builtin_popcount(w));
    Work::Phase phase;
    phase.traffic = {{.bytes = events * n * sizeof(float),
                      .working_set = rows * padded_ * sizeof(float),
                      .way = Work::Traffic::Way::rows,
                      .row = 4096}};
    const double tiles = static_cast<double>(padded_ / kLanes / kTile);
    phase.rows = {kTile, events * tiles};
    phase.operations = static_cast<double>(padded_ * shape_.steps);  // the input is added
    phase.updates = {kTile, tiles * static_cast<double>(shape_.steps)};
    phase.kind = shape_.layers[0].neuron.kind;
    Work work;
    work.phases.push_back(std::move(phase));
    work.synaptic_operations = events * n;
    return work;
  }

 private:
  Shape shape_;
  std::size_t padded_;
  Panels panels_;  // a single one, as wide as the population
  Memory<float> input_, states_;
  Memory<std::uint32_t> events_;
  Bits bits_;
};

}  // namespace

std::unique_ptr<Limit> make_recurrent(const Shape& shape) {
  return std::make_unique<Recurrent>(shape);
}

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
