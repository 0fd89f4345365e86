// What an expert would write for exactly one network, and what that must cost at least: the measure for
// compiled code. Knows nothing of the product.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace spikeloom::benchmarks {

enum class Kind { lif, synaptic, alpha };

/// One population's parameters, the same for all of its neurons. `gain` is Alpha's.
struct Neuron {
  Kind kind = Kind::lif;
  float alpha = 0, beta = 0, gain = 0, threshold = 1;
};

/// Of a convolution of square pictures, pooled to the largest of 2 x 2: what it reads, and its channels.
struct Picture {
  std::size_t channels = 0, side = 0, window = 0, outputs = 0;
};

/// A linear layer (PyTorch's layout) and the population behind it. Without weights the population reads its
/// input itself.
struct Layer {
  std::size_t inputs = 0, outputs = 0;
  std::span<const float> weight;  // [outputs][inputs]
  std::span<const float> bias;    // [outputs] or empty
  Neuron neuron;
  Picture picture;  // no channels: a linear layer
};

struct Shape {
  std::vector<Layer> layers;
  std::size_t batch = 1, steps = 1;
  const float* input = nullptr;  // [steps][batch][inputs], or [batch][inputs] when constant
  bool constant = false;
};

/// Receives the last population's spikes, as a recorder of a session does: rows of bits, neuron j is bit j %
/// 64 of word j / 64. A call brings steps [first_step, first_step + steps) of samples [first_sample, ...).
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void spikes(std::size_t first_step, std::size_t steps, std::size_t first_sample,
                      std::size_t samples, const std::uint64_t* bits, std::size_t step_words,
                      std::size_t sample_words) = 0;
};

/// What a run had to do, at the least: phases, one after the other. Within a phase arithmetic and the levels
/// of memory work at the same time, so it lasts as long as the slowest of them.
struct Work {
  struct Traffic {
    double bytes = 0;             // moved in the whole run ...
    std::size_t working_set = 0;  // ... over and over within so many bytes, which says where they live
    enum class Way { read, update, rows } way = Way::read;
    std::size_t row = 0;  // bytes; rows stand in any order
  };
  /// A panel of `rows` rows of so many bytes; lists, each ascending and some of them at a time, read `reads`
  /// of its rows, among them `needed` different ones. Before it comes again, all others of `panels` such
  /// panels are read.
  struct Visit {
    std::size_t rows = 0, row = 0, at_a_time = 1;
    double lists = 0, reads = 0, needed = 0, panels = 1;

    auto operator<=>(const Visit&) const = default;
  };
  struct Phase {
    std::vector<Traffic> traffic;
    Visit visit;            // of a panel, ...
    double visits = 0;      // so many of them
    double adds = 0;        // of row elements with an operand in L1
    double fmas = 0;        // the same for values that are not 0 or 1
    double operations = 0;  // on registers, elements of vectors
    // Tiles of so many registers: rows that a list names, added to sums; steps of neurons.
    struct Tiles {
      int registers = 0;
      double count = 0;
    } rows;
    Tiles updates;
    Kind kind = Kind::lif;              // of the updates
    double float_words = 0, words = 0;  // 64 inputs each that are looked through for events: floats, bits
  };
  std::vector<Phase> phases;
  double synaptic_operations = 0;  // adds and fmas
};

class Limit {
 public:
  virtual ~Limit() = default;
  /// Back to step 0 where `run` would go on: only independent neurons do.
  virtual void reset() {}
  /// The whole workload, one thread for each sink.
  virtual void run(std::span<Sink* const> sinks) = 0;
  /// Of the last run.
  virtual Work work() const = 0;
  /// Spikes of the last run in each hidden population; empty if there is none.
  virtual std::vector<std::uint64_t> hidden_spikes() const { return {}; }
};

/// Layers one behind the other, driven by spikes (0 and 1) or by an input that never changes: W1, W2, W8.
std::unique_ptr<Limit> network(const Shape& shape);
/// A population of independent neurons with a constant input: W4.
std::unique_ptr<Limit> neurons(const Shape& shape);
/// One population, connected to itself by `layers[0].weight` with a delay of one step; a constant input is
/// added: W5.
std::unique_ptr<Limit> recurrent(const Shape& shape);

/// Two convolutions with pools, and a readout: W3.
std::unique_ptr<Limit> pictures(const Shape& shape);

}  // namespace spikeloom::benchmarks
