#include "schedule/signals.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>

#include "equations/countdown.h"
#include "model/sources.h"
#include "support/check.h"

namespace spikeloom {
namespace {

/// What memory holds that nobody has written; -0 is another value.
bool is_zero(float x) {
  return x == 0 && !std::signbit(x);
}

bool is_zero(const PerNeuron& p) {
  return std::ranges::all_of(p.values, [](float x) { return is_zero(x); });
}

bool changes_by_itself(const Cell& cell) {
  return !cell.states.empty() || std::ranges::any_of(cell.nodes, [](const ExprNode& n) {
    return n.op == Op::Step || n.op == Op::Uniform || n.op == Op::Normal;
  });
}

/// Not what constant sources alone decide.
bool is_given_by_step(const decltype(ModelNode::kind)& kind) {
  return std::holds_alternative<Delay>(kind) || std::holds_alternative<Sequence>(kind);
}

/// Spikes that start as something else than 0 or 1 cannot be bits.
bool fits_bits(const PerNeuron& initial) {
  return std::ranges::all_of(initial.values, [](float x) { return is_zero(x) || x == 1; });
}

bool fit_bytes(std::span<const float> values) {
  return std::ranges::all_of(values,
                             [](float x) { return is_zero(x) || (x > 0 && x <= 255 && x == std::floor(x)); });
}

bool fits_bytes(const Population& p, std::size_t state) {
  const std::optional<Countdown> c = countdown(p.cell, state);
  if (!c || !fit_bytes(p.initial[state].values)) return false;
  const ExprNode& start = p.cell.nodes[c->start];
  return start.op == Op::Literal ? fit_bytes({&start.value, 1}) : fit_bytes(p.fixed[start.index].values);
}

}  // namespace

const PerNeuron* before_start(const Model& model, Signal s) {
  if (s.of == Signal::Of::input) return nullptr;
  const auto* population = std::get_if<Population>(&model.nodes[s.index].kind);
  if (!population) return nullptr;
  const PerNeuron& p = s.state >= 0 ? population->initial[s.state] : population->initial_output;
  return is_zero(p) ? nullptr : &p;
}

SignalFacts::SignalFacts(const Model& model) : model_(model) {
  note_readers();
  find_aliases();
  find_constants();
  find_elements();
  find_counters();
  find_passed();
}

SignalFacts::Readers& SignalFacts::readers(Signal s) {
  if (s.of == Signal::Of::input) return inputs_[s.index];
  return s.state < 0 ? nodes_[s.index] : states_[s.index][s.state];
}

const SignalFacts::Readers& SignalFacts::readers(Signal s) const {
  return const_cast<SignalFacts*>(this)->readers(s);
}

void SignalFacts::note_readers() {
  inputs_.resize(model_.inputs.size());
  nodes_.resize(model_.nodes.size());
  for (const ModelNode& n : model_.nodes) states_.emplace_back(n.states());
  for (const ModelNode& n : model_.nodes)
    for (const Source& s : n.sources()) {
      const auto* sparse = std::get_if<Sparse>(&n.kind);
      Readers& r = readers(s.signal);
      r.read = true;
      r.by_others = r.by_others || !sparse;
      r.longest_delay = std::max(r.longest_delay, s.delay + (sparse ? sparse->spread() : 0));
    }
  for (const ModelOutput& o : model_.outputs) {
    Readers& r = readers(o.signal);
    r.read = r.by_others = true;
  }
}

/// A delayed reader of a reshape sees 0 before the start, whatever its source was: only then a copy is
/// needed. Readers of an alias become readers of its source, so aliases are found from the last to the first:
/// a reshape of a reshape passes on what it was given.
void SignalFacts::find_aliases() {
  aliased_.assign(model_.nodes.size(), false);
  window_.assign(model_.nodes.size(), false);
  root_.resize(model_.nodes.size());
  for (std::uint32_t i = 0; i < model_.nodes.size(); ++i) root_[i] = Signal{.index = i};
  for (std::size_t i = model_.nodes.size(); i-- > 0;) {
    if (is_window(i)) {
      const Source from = std::get<Slice>(model_.nodes[i].kind).input;
      window_[i] = true;
      Readers& r = readers(from.signal);
      r.longest_delay = std::max(r.longest_delay, from.delay + nodes_[i].longest_delay);
      continue;
    }
    const auto* reshape = std::get_if<Reshape>(&model_.nodes[i].kind);
    if (!reshape || reshape->input.delay > 0) continue;
    const Signal from = reshape->input.signal;
    const bool constant_input = from.of == Signal::Of::input && model_.inputs[from.index].constant;
    // A caller may set a state before the start, and its delayed readers see that.
    const bool may_start_elsewhere = constant_input || from.state >= 0 || before_start(model_, from);
    if (nodes_[i].longest_delay > 0 && may_start_elsewhere) continue;
    aliased_[i] = true;
    root_[i] = from;
    Readers& r = readers(from);
    r.read = r.read || nodes_[i].read;
    r.longest_delay = std::max(r.longest_delay, nodes_[i].longest_delay);
  }
  for (std::uint32_t i = 0; i < model_.nodes.size(); ++i)
    if (aliased_[i]) root_[i] = root(root_[i]);
}

/// Before the start a slice is 0: so must be what it is a part of, and no caller may change that.
bool SignalFacts::is_window(std::size_t node) const {
  const auto* slice = std::get_if<Slice>(&model_.nodes[node].kind);
  if (!slice || !model_.nodes[node].implicit || !nodes_[node].read || nodes_[node].by_others) return false;
  const Signal from = slice->input.signal;
  if (from.of != Signal::Of::node || from.state >= 0 || before_start(model_, from)) return false;
  return !std::holds_alternative<Reshape>(model_.nodes[from.index].kind);
}

Signal SignalFacts::root(Signal s) const {
  if (s.of == Signal::Of::input || s.state >= 0) return s;
  return root_[s.index];
}

void SignalFacts::find_constants() {
  constant_.assign(model_.nodes.size(), false);
  for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
    const ModelNode& n = model_.nodes[i];
    if (aliased_[i] || nodes_[i].longest_delay > 0 || is_given_by_step(n.kind)) continue;
    if (const auto* p = std::get_if<Population>(&n.kind); p && changes_by_itself(p->cell)) continue;
    constant_[i] = std::ranges::all_of(n.sources(), [this](const Source& s) { return constant(s.signal); });
  }
}

bool SignalFacts::constant(Signal s) const {
  s = root(s);
  if (s.of == Signal::Of::input) return model_.inputs[s.index].constant;
  return s.state < 0 && constant_[s.index];
}

std::uint32_t SignalFacts::longest_delay(Signal s) const {
  return constant(s) ? 0 : readers(root(s)).longest_delay;
}

void SignalFacts::find_elements() {
  element_.assign(model_.nodes.size(), SPIKELOOM_FLOAT);
  // Delayed sources may stand behind their readers: what a cycle of layers without a population carries is
  // never settled, and float is always right, so nodes are visited in order and the rest stays float.
  for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
    const ModelNode& n = model_.nodes[i];
    if (const auto* p = std::get_if<Population>(&n.kind)) {
      if (p->cell.spikes() && fits_bits(p->initial_output)) element_[i] = SPIKELOOM_BITS;
    }
  }
  for (std::size_t i = 0; i < model_.nodes.size(); ++i) {
    const ModelNode& n = model_.nodes[i];
    if (!passes_spikes_on(n.kind)) continue;
    const std::vector<Source> sources = n.sources();
    const bool all_bits =
        std::ranges::all_of(sources, [this](const Source& s) { return element(s.signal) == SPIKELOOM_BITS; });
    if (all_bits && !sources.empty()) element_[i] = SPIKELOOM_BITS;
  }
}

void SignalFacts::find_counters() {
  for (std::uint32_t i = 0; i < model_.nodes.size(); ++i) {
    counts_.emplace_back(model_.nodes[i].states());
    const auto* p = std::get_if<Population>(&model_.nodes[i].kind);
    for (std::uint32_t s = 0; p && s < counts_[i].size(); ++s)
      counts_[i][s] = !traced(i, s) && fits_bytes(*p, s);
  }
}

void SignalFacts::find_passed() {
  passed_.resize(model_.nodes.size());
  for (std::uint32_t i = 0; i < model_.nodes.size(); ++i)
    passed_[i] = model_.nodes[i].states() == 0 && element_[i] == SPIKELOOM_FLOAT && !aliased_[i] &&
                 !constant_[i] && nodes_[i].read && nodes_[i].longest_delay == 0;
  const auto keep = [&](Signal s) {
    s = root(s);
    if (s.of == Signal::Of::node && s.state < 0) passed_[s.index] = false;
  };
  for (const ModelOutput& o : model_.outputs) keep(o.signal);
  // Synapses look at a ring of steps, and through a slice at what it is of.
  for (const ModelNode& n : model_.nodes)
    if (std::holds_alternative<Sparse>(n.kind) || std::holds_alternative<Slice>(n.kind))
      for (const Source& s : n.sources()) keep(s.signal);
}

spikeloom_element SignalFacts::element(Signal s) const {
  s = root(s);
  return s.of == Signal::Of::node && s.state < 0 ? element_[s.index] : SPIKELOOM_FLOAT;
}

}  // namespace spikeloom
