#include "reference/simulator.h"

#include <algorithm>
#include <cmath>

#include "reference/windows.h"
#include "support/check.h"
#include "support/rounding.h"

namespace spikeloom::reference {
namespace {

/// The values of one signal, and as many of its past steps as someone reads.
struct Track {
  std::vector<float> now;   // [batch][n]
  std::size_t slots = 0;    // 0: nobody reads the past
  std::vector<float> past;  // [slots][batch][n]; step t is in slot t mod slots

  std::span<const float> before(std::uint64_t step, std::uint32_t delay) const {
    if (delay == 0) return now;
    // Slots whose step lies before the start still hold what delayed readers see then.
    const std::size_t slot = (step + slots - delay % slots) % slots;
    return std::span(past).subspan(slot * now.size(), now.size());
  }
  void keep(std::uint64_t step) {
    if (slots > 0)
      std::ranges::copy(now, past.begin() + static_cast<std::ptrdiff_t>(step % slots * now.size()));
  }
  void fill_past(std::span<const float> values) {
    for (std::size_t s = 0; s < slots; ++s)
      std::ranges::copy(values, past.begin() + static_cast<std::ptrdiff_t>(s * now.size()));
  }
};

/// A synapse of a sparse layer, and how much later than the shortest one it is.
struct Wire {
  std::uint32_t later, source, target;
  float weight;
};

/// In the order in which they are added: the oldest values first, then by source, then as they are listed.
std::vector<Wire> wires_of(const Sparse& sparse) {
  std::vector<Wire> wires;
  sparse.synapses->for_each_batch([&](const Synapses::Batch& b) {
    for (std::size_t i = 0; i < b.target.size(); ++i)
      wires.push_back({b.delay[i] - sparse.synapses->least_delay, b.source[i], b.target[i], b.weight[i]});
  });
  std::ranges::stable_sort(wires, [](const Wire& a, const Wire& b) {
    return a.later != b.later ? a.later > b.later : a.source < b.source;
  });
  return wires;
}

bool uses_random_numbers(const Cell& cell) {
  return std::ranges::any_of(cell.nodes,
                             [](const ExprNode& n) { return n.op == Op::Uniform || n.op == Op::Normal; });
}

}  // namespace

struct Simulator::Impl {
  const Model& model;
  std::uint32_t batch;
  std::uint64_t seed;
  std::uint32_t first_sample;
  std::uint64_t step = 0;
  std::vector<Track> inputs;
  std::vector<std::vector<Track>> nodes;  // main output, then the states
  std::vector<std::vector<float>> lines;  // of delay layers: [slots][batch][n]
  std::vector<std::vector<Wire>> wires;   // of sparse layers

  Impl(const Model& m, std::uint32_t batch_, std::optional<std::uint64_t> seed_, std::uint32_t first);
  Track& track(Signal s) {
    return s.of == Signal::Of::input ? inputs[s.index]
                                     : nodes[s.index][static_cast<std::size_t>(s.state + 1)];
  }
  std::span<const float> read(const Source& s) { return track(s.signal).before(step, s.delay); }
  void reset();
  void run(std::uint32_t index);
  void run(const Population& p, std::uint32_t index);
  void run(const Linear& linear, std::uint32_t index);
  void run(const Convolution& convolution, std::uint32_t index);
  void run(const Pool& pool, std::uint32_t index);
  void run(const Sequence& sequence, std::uint32_t index);
  void run(const Sparse& sparse, std::uint32_t index);
  void run(const Reshape& reshape, std::uint32_t index);
  void run(const Concat& concat, std::uint32_t index);
  void run(const Slice& slice, std::uint32_t index);
  void run(const Delay& delay, std::uint32_t index);
};

namespace {

std::size_t slots_of(const Delay& delay) {
  return std::size_t{*std::ranges::max_element(delay.steps)} + 1;
}

/// One value for all, one per neuron, or one per sample and neuron.
void fill(std::vector<float>& rows, const PerNeuron& values, std::size_t n) {
  const std::size_t given = values.values.size();
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i] = values.values[given == 1 ? 0 : given == n ? i % n : i];
}

}  // namespace

Simulator::Impl::Impl(const Model& m, std::uint32_t batch_, std::optional<std::uint64_t> seed_,
                      std::uint32_t first)
    : model(m), batch(batch_), seed(seed_.value_or(m.seed)), first_sample(first) {
  SPIKELOOM_CHECK(m.fixed_batch == 0 || m.fixed_batch == batch, "reference",
                  "the batch is fixed by an initial state");
  for (const ModelInput& in : m.inputs) inputs.emplace_back().now.resize(in.size * batch);
  nodes.resize(m.nodes.size());
  lines.resize(m.nodes.size());
  wires.resize(m.nodes.size());
  for (std::size_t i = 0; i < m.nodes.size(); ++i) {
    nodes[i].resize(1 + m.nodes[i].states());
    for (Track& t : nodes[i]) t.now.resize(m.nodes[i].size * batch);
    if (const auto* delay = std::get_if<Delay>(&m.nodes[i].kind))
      lines[i].resize(slots_of(*delay) * m.nodes[i].size * batch);
    if (const auto* sparse = std::get_if<Sparse>(&m.nodes[i].kind)) wires[i] = wires_of(*sparse);
  }
  for (const ModelNode& node : m.nodes) {
    const auto* sparse = std::get_if<Sparse>(&node.kind);
    for (const Source& s : node.sources())
      if (const std::size_t delay = s.delay + (sparse ? sparse->spread() : 0); delay > 0) {
        Track& t = track(s.signal);
        t.slots = std::max<std::size_t>(t.slots, delay + 1);
      }
  }
  const auto take = [](Track& t) { t.past.resize(t.slots * t.now.size()); };
  std::ranges::for_each(inputs, take);
  for (auto& tracks : nodes) std::ranges::for_each(tracks, take);
  reset();
}

void Simulator::Impl::reset() {
  step = 0;
  for (Track& t : inputs) std::ranges::fill(t.past, 0.0f);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::size_t n = model.nodes[i].size;
    if (const auto* p = std::get_if<Population>(&model.nodes[i].kind)) {
      fill(nodes[i][0].now, p->initial_output, n);
      for (std::size_t s = 0; s < p->initial.size(); ++s) fill(nodes[i][1 + s].now, p->initial[s], n);
    } else {
      std::ranges::fill(nodes[i][0].now, 0.0f);
    }
    for (Track& t : nodes[i]) t.fill_past(t.now);
    std::ranges::fill(lines[i], 0.0f);
  }
}

void Simulator::Impl::run(const Population& p, std::uint32_t index) {
  const Cell& cell = p.cell;
  const std::size_t n = model.nodes[index].size;
  std::vector<float> fixed(cell.fixed.size()), ports(cell.ports.size()), states(cell.states.size());
  std::vector<float> values(cell.nodes.size());
  const bool random = uses_random_numbers(cell);

  const auto surroundings = [&](std::uint32_t sample, std::size_t neuron) {
    const std::size_t at = sample * n + neuron;
    for (std::size_t f = 0; f < fixed.size(); ++f) fixed[f] = p.fixed[f][neuron];
    for (std::size_t port = 0; port < ports.size(); ++port) {
      const std::vector<Source>& sources = p.ports[port];
      ports[port] = sources.empty() ? 0.0f : read(sources[0])[at];
      for (std::size_t s = 1; s < sources.size(); ++s) ports[port] += read(sources[s])[at];
    }
    for (std::size_t s = 0; s < states.size(); ++s) states[s] = nodes[index][1 + s].now[at];
    Surroundings around{.fixed = fixed, .ports = ports, .states = states, .step = step};
    if (random)
      around.random = philox(seed, static_cast<std::uint32_t>(step), static_cast<std::uint32_t>(neuron),
                             first_sample + sample, model.nodes[index].random_key);
    return around;
  };

  for (std::uint32_t sample = 0; sample < batch; ++sample) {
    // Winner takes all: the largest value of the sample, NaN lowest, ties to the lowest index.
    std::size_t winner = n;
    if (cell.winner != kNoNode) {
      const NodeId operand = cell.nodes[cell.winner].arg[0];
      float largest = 0;
      for (std::size_t j = 0; j < n; ++j) {
        evaluate(cell, surroundings(sample, j), 0, std::size_t{operand} + 1, values);
        const float x = values[operand];
        if (winner == n || (!std::isnan(x) && (std::isnan(largest) || x > largest))) {
          winner = j;
          largest = x;
        }
      }
    }
    for (std::size_t j = 0; j < n; ++j) {
      Surroundings around = surroundings(sample, j);
      around.winner = winner == j ? 1.0f : 0.0f;
      evaluate(cell, around, 0, cell.nodes.size(), values);
      const std::size_t at = sample * n + j;
      nodes[index][0].now[at] = values[cell.output];
      for (std::size_t s = 0; s < states.size(); ++s)
        nodes[index][1 + s].now[at] = values[cell.next_state[s]];
    }
  }
}

void Simulator::Impl::run(const Linear& linear, std::uint32_t index) {
  const std::span<const float> x = read(linear.input);
  const std::size_t out = model.nodes[index].size, in = x.size() / batch;
  for (std::uint32_t sample = 0; sample < batch; ++sample)
    for (std::size_t o = 0; o < out; ++o) {
      const float* w = linear.weight->values.data() + o * in;
      float y = linear.bias ? linear.bias->values[o] : 0.0f;
      for (std::size_t k = 0; k < in; ++k) y = std::fma(w[k], x[sample * in + k], y);
      nodes[index][0].now[sample * out + o] = y + 0.0f;  // a -0 becomes +0
    }
}

void Simulator::Impl::run(const Convolution& convolution, std::uint32_t index) {
  const std::span<const float> x = read(convolution.input);
  const std::size_t in = x.size() / batch, out = model.nodes[index].size;
  for (std::uint32_t sample = 0; sample < batch; ++sample)
    convolve(convolution, x.subspan(sample * in, in),
             std::span(nodes[index][0].now).subspan(sample * out, out));
}

void Simulator::Impl::run(const Pool& pool, std::uint32_t index) {
  const std::span<const float> x = read(pool.input);
  const std::size_t in = x.size() / batch, out = model.nodes[index].size;
  for (std::uint32_t sample = 0; sample < batch; ++sample)
    spikeloom::reference::pool(pool, x.subspan(sample * in, in),
                               std::span(nodes[index][0].now).subspan(sample * out, out));
}

void Simulator::Impl::run(const Sequence& sequence, std::uint32_t index) {
  const std::size_t steps = sequence.rows->shape[0], channels = sequence.rows->shape[1];
  const std::size_t n = model.nodes[index].size;
  const float* row = sequence.rows->values.data() + std::min<std::uint64_t>(step, steps - 1) * channels;
  for (std::size_t at = 0; at < n * batch; ++at) nodes[index][0].now[at] = row[at % n / (n / channels)];
}

void Simulator::Impl::run(const Sparse& sparse, std::uint32_t index) {
  const Signal from = sparse.input.signal;
  const bool constant = from.of == Signal::Of::input && model.inputs[from.index].constant;
  const std::size_t in = model.size(from), out = model.nodes[index].size;
  std::vector<float>& y = nodes[index][0].now;
  std::ranges::fill(y, 0.0f);
  for (const Wire& w : wires[index]) {
    const std::span<const float> x = read({from, constant ? 0 : sparse.input.delay + w.later});
    for (std::uint32_t sample = 0; sample < batch; ++sample) {
      float& sum = y[sample * out + w.target];
      sum = std::fma(w.weight, x[sample * in + w.source], sum);
    }
  }
  for (float& sum : y) sum += 0.0f;  // a -0 becomes +0
}

void Simulator::Impl::run(const Reshape& reshape, std::uint32_t index) {
  std::ranges::copy(read(reshape.input), nodes[index][0].now.begin());
}

void Simulator::Impl::run(const Concat& concat, std::uint32_t index) {
  auto to = nodes[index][0].now.begin();
  for (std::uint32_t sample = 0; sample < batch; ++sample)
    for (const Source& s : concat.inputs) {
      const std::size_t n = model.size(s.signal);
      to = std::ranges::copy(read(s).subspan(sample * n, n), to).out;
    }
}

void Simulator::Impl::run(const Slice& slice, std::uint32_t index) {
  const std::size_t all = model.size(slice.input.signal), n = model.nodes[index].size;
  auto to = nodes[index][0].now.begin();
  for (std::uint32_t sample = 0; sample < batch; ++sample)
    to = std::ranges::copy(read(slice.input).subspan(sample * all + slice.first, n), to).out;
}

void Simulator::Impl::run(const Delay& delay, std::uint32_t index) {
  std::vector<float>& y = nodes[index][0].now;
  std::vector<float>& line = lines[index];
  const std::size_t slots = slots_of(delay), n = model.nodes[index].size;
  std::ranges::copy(read(delay.input), line.begin() + static_cast<std::ptrdiff_t>(step % slots * y.size()));
  for (std::size_t at = 0; at < y.size(); ++at) {
    const std::uint32_t late = delay.steps[delay.steps.size() == 1 ? 0 : at % n];
    y[at] = line[(step + slots - late) % slots * y.size() + at];
  }
}

void Simulator::Impl::run(std::uint32_t index) {
  std::visit([&](const auto& kind) { run(kind, index); }, model.nodes[index].kind);
}

Simulator::Simulator(const Model& model, std::uint32_t batch, std::optional<std::uint64_t> seed,
                     std::uint32_t first_sample)
    : impl_(std::make_unique<Impl>(model, batch, seed, first_sample)) {}

Simulator::~Simulator() = default;

void Simulator::reset() {
  impl_->reset();
}

void Simulator::set_state(Signal state, std::span<const float> values) {
  Track& t = impl_->track(state);
  SPIKELOOM_CHECK(state.of == Signal::Of::node && values.size() == t.now.size(), "reference",
                  "size of a state");
  std::ranges::copy(values, t.now.begin());
  if (impl_->step == 0) t.fill_past(values);
}

void Simulator::set_input(std::uint32_t input, std::span<const float> values) {
  Track& t = impl_->inputs.at(input);
  SPIKELOOM_CHECK(values.size() == t.now.size(), "reference", "size of an input");
  std::ranges::copy(values, t.now.begin());
}

void Simulator::step() {
  const NearestRounding rounding;
  for (std::uint32_t i = 0; i < impl_->nodes.size(); ++i) impl_->run(i);
  for (Track& t : impl_->inputs) t.keep(impl_->step);
  for (auto& tracks : impl_->nodes)
    for (Track& t : tracks) t.keep(impl_->step);
  ++impl_->step;
}

std::uint64_t Simulator::step_count() const {
  return impl_->step;
}

std::span<const float> Simulator::value(Signal s) const {
  return impl_->track(s).now;
}

}  // namespace spikeloom::reference
