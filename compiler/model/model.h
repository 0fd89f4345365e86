// The typed network: shapes, values and names all resolved; nothing of the file's form is left.
// Comes in: Graph. Goes out: Model, which the reference runs and the scheduler plans.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "equations/cell.h"
#include "equations/evaluate.h"
#include "graph/tensor.h"
#include "model/window.h"
#include "synapses/synapses.h"

namespace spikeloom {

/// A value of the network in every step: an input, a node's main output, or a node's state.
struct Signal {
  enum class Of : std::uint8_t { input, node } of = Of::node;
  std::uint32_t index = 0;  // of Model::inputs or Model::nodes
  std::int32_t state = -1;  // -1: the main output
  bool operator==(const Signal&) const = default;
};

struct Source {
  Signal signal;
  std::uint32_t delay = 0;  // steps
  bool operator==(const Source&) const = default;
};

/// Elementwise: neurons, and layers that are an equation (relu, scale, add, threshold). Shapes of all sources
/// are equal.
struct Population {
  Cell cell;
  std::vector<std::vector<Source>> ports;  // per port: summed left to right; empty: +0
  std::vector<PerNeuron> fixed;            // one per Cell::fixed
  std::vector<PerNeuron> initial;          // one per state; size 1, n, or Model::fixed_batch * n (row-major)
  PerNeuron initial_output{{0.0f}};        // what delayed readers see before the start; sized like `initial`
  std::vector<PerNeuron> parameters;       // one per Cell::parameters: shown by describe, in no computation
};

/// y[o] = fma(w[o,k], x[k], ...) in ascending k from bias[o] (or +0), then + 0.0f.
struct Linear {
  Source input;
  std::shared_ptr<const Tensor> weight;  // [out, in]
  std::shared_ptr<const Tensor> bias;    // [out] or null; -0 has been made +0
};

/// y[o] = fma(w, x, ...) over the inputs that see o, in ascending order, from the bias of its channel (or
/// +0), then + 0.0f. Of a convolution that is the order of input channel, kernel row, kernel column.
struct Convolution {
  Source input;
  Windows windows;
  std::shared_ptr<const Tensor> weight;  // as Windows::weight_at
  std::shared_ptr<const Tensor> bias;    // [out_channels] or null; -0 has been made +0
};

/// One value of each window, padding skipped, in the order of kernel row, kernel column: the sum from +0, the
/// same divided once by how many there are, or m = x > m ? x : m from -infinity.
struct Pool {
  enum class How : std::uint8_t { sum, average, largest } how = How::sum;
  Source input;
  Windows windows;
  bool counts_padding = false;  // average: padding counts as values of 0

  /// By how many values the average of the window at a place is divided.
  std::size_t divisor(std::size_t row, std::size_t column) const;
};

/// Values that are given for every step: y[c, ...](t) = rows[t][c], and after the last row that one.
struct Sequence {
  std::shared_ptr<const Tensor> rows;  // [steps, channels]
};

/// y[o] = fma(w, x, ...) over the synapses of o from +0, then + 0.0f: first those whose value is oldest, then
/// by source, then in the order of the list. A synapse reads like a delayed reference: before the start, what
/// stands there. The delay of the input is that of the shortest synapse, the others add delay - least_delay.
struct Sparse {
  Source input;
  std::shared_ptr<const Synapses> synapses;

  /// Steps by which the longest synapse is later than the input's delay.
  std::uint32_t spread() const { return synapses->longest_delay - synapses->least_delay; }
};

/// The same values under another shape (flatten, reshape, dropout). A delayed reader sees 0 before the start.
struct Reshape {
  Source input;
};

/// Sources one behind the other along the first axis.
struct Concat {
  std::vector<Source> inputs;
};

/// Elements [first, first + n) of the flat source: "lif1[0:16]" in `from`.
struct Slice {
  Source input;
  std::size_t first = 0;
};

/// y[j](t) = x[j](t - steps[j]); 0 before the start.
struct Delay {
  Source input;
  std::vector<std::uint32_t> steps;  // size 1 or n
};

struct ModelNode {
  std::string name, type, label;
  Shape shape;                   // of one sample
  std::size_t size = 0;          // elements
  std::uint32_t random_key = 0;  // low word of XXH64(name)
  bool implicit = false;         // made by the compiler: a sum or slice of `from`; its name holds a '~'
  bool binary = false;           // main output is 0 or 1 in every step, before the start too
  std::variant<Population, Linear, Convolution, Sparse, Pool, Reshape, Concat, Slice, Delay, Sequence> kind;

  bool spikes() const { return binary; }
  std::size_t states() const;
  std::vector<Source> sources() const;
};

struct ModelInput {
  std::string name, label;
  Shape shape;
  std::size_t size = 0;
  bool constant = false;
};

struct ModelOutput {
  std::string name;
  Signal signal;
};

/// A use of a module: the names of the nodes in it begin with "inst/".
struct ModelUse {
  std::string name, module, label;
};

struct Model {
  std::string name;
  double dt = 1;
  std::uint64_t seed = 0;
  std::uint32_t fixed_batch = 0;  // > 0: an initial state has a batch axis
  std::vector<ModelInput> inputs;
  std::vector<ModelNode> nodes;  // every undelayed source stands before its reader
  std::vector<ModelOutput> outputs;
  std::vector<ModelUse> uses;                             // a use before those inside it
  std::vector<std::pair<std::string, Signal>> instances;  // other names: "inst" and "inst.y" of uses

  std::size_t size(Signal s) const;
  const Shape& shape(Signal s) const;
  std::string name_of(Signal s) const;  // "lif1", "lif1.mem"
  /// By reference text; nothing if unknown (then `nearest` holds a near name, if any).
  bool find(std::string_view text, Signal& found, std::string* nearest = nullptr) const;
  std::string print() const;
};

}  // namespace spikeloom
