#include "analysis/facts.h"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_set>

#include "model/sources.h"
#include "synapses/equal.h"
#include "synapses/packing.h"

namespace spikeloom {
namespace {

/// Operations that run in a step: everything that is not a leaf.
std::size_t operations_of(const Cell& cell) {
  return static_cast<std::size_t>(
      std::ranges::count_if(cell.nodes, [](const ExprNode& n) { return arity(n.op) > 0; }));
}

std::uint64_t bytes_of(const Tensor& tensor) {
  return tensor.values.size() * sizeof(float);
}

/// Nothing it reads changes, and neither does it: no state, no time, no random number.
bool is_constant(const Model& model, const Facts& facts, const ModelNode& node) {
  if (const auto* p = std::get_if<Population>(&node.kind)) {
    if (!p->cell.states.empty()) return false;
    for (const ExprNode& n : p->cell.nodes)
      if (n.op == Op::Step || n.op == Op::Uniform || n.op == Op::Normal) return false;
  }
  bool constant = !std::holds_alternative<Delay>(node.kind) && !std::holds_alternative<Sequence>(node.kind);
  if (const auto* sparse = std::get_if<Sparse>(&node.kind)) {
    const Signal from = sparse->input.signal;
    // Before the start a later synapse reads what may not be that constant.
    constant = sparse->spread() == 0 || (from.of == Signal::Of::input && model.inputs[from.index].constant);
  }
  for_each_source(node.kind, [&](const Source& s) {
    // A delayed value begins with what stands before the start, so it changes once.
    constant = constant && s.delay == 0 &&
               (s.signal.of == Signal::Of::input ? model.inputs[s.signal.index].constant
                                                 : facts.nodes[s.signal.index].constant);
  });
  return constant;
}

}  // namespace

std::vector<std::vector<std::uint32_t>> cycles(const Model& model) {
  // Tarjan's strongly connected components, with the call stack in a vector: chains of nodes may be long.
  const std::size_t count = model.nodes.size();
  std::vector<std::vector<std::uint32_t>> reads(count);
  std::vector<bool> reads_itself(count);
  for (std::uint32_t i = 0; i < count; ++i)
    for_each_source(model.nodes[i].kind, [&](const Source& s) {
      if (s.signal.of != Signal::Of::node) return;
      reads[i].push_back(s.signal.index);
      if (s.signal.index == i) reads_itself[i] = true;
    });

  std::vector<std::uint32_t> number(count, 0), low(count, 0), open;
  std::vector<bool> is_open(count);
  std::vector<std::vector<std::uint32_t>> found;
  std::uint32_t next = 0;
  struct Call {
    std::uint32_t node;
    std::size_t edge = 0;
  };
  for (std::uint32_t root = 0; root < count; ++root) {
    if (number[root] != 0) continue;
    std::vector<Call> calls{{root}};
    while (!calls.empty()) {
      Call& call = calls.back();
      const std::uint32_t at = call.node;
      if (call.edge == 0) {
        number[at] = low[at] = ++next;
        open.push_back(at);
        is_open[at] = true;
      }
      if (call.edge < reads[at].size()) {
        const std::uint32_t source = reads[at][call.edge++];
        if (number[source] == 0)
          calls.push_back({source});
        else if (is_open[source])
          low[at] = std::min(low[at], number[source]);
        continue;
      }
      if (low[at] == number[at]) {
        std::vector<std::uint32_t> set;
        std::uint32_t member;
        do {
          member = open.back();
          open.pop_back();
          is_open[member] = false;
          set.push_back(member);
        } while (member != at);
        std::ranges::sort(set);
        if (set.size() > 1 || reads_itself[at]) found.push_back(std::move(set));
      }
      calls.pop_back();
      if (!calls.empty()) low[calls.back().node] = std::min(low[calls.back().node], low[at]);
    }
  }
  return found;
}

Facts analyse(const Model& model) {
  Facts facts;
  facts.nodes.resize(model.nodes.size());
  for (const auto& set : cycles(model))
    for (const std::uint32_t member : set) facts.nodes[member].recurrent = true;

  // The longest delay by which a signal is read: so many of its past steps are held.
  std::map<std::pair<std::uint32_t, std::int32_t>, std::uint32_t> held;
  for (const ModelNode& node : model.nodes)
    for_each_source(node.kind, [&](const Source& s) {
      const auto* sparse = std::get_if<Sparse>(&node.kind);
      const std::uint32_t delay = s.delay + (sparse ? sparse->spread() : 0);
      if (s.signal.of != Signal::Of::node || delay == 0) return;
      std::uint32_t& longest = held[{s.signal.index, s.signal.state}];
      longest = std::max(longest, delay);
    });
  for (const auto& [signal, delay] : held)
    facts.nodes[signal.first].history_bytes +=
        std::uint64_t{delay} * model.nodes[signal.first].size * sizeof(float);

  std::set<const Tensor*> counted;
  std::unordered_set<const Synapses*, SynapsesHash, SynapsesEqual> shared;
  for (std::size_t i = 0; i < model.nodes.size(); ++i) {
    const ModelNode& node = model.nodes[i];
    NodeFacts& f = facts.nodes[i];
    f.constant = is_constant(model, facts, node);
    if (const auto* linear = std::get_if<Linear>(&node.kind)) {
      f.fan_in = linear->weight->shape[1];
      f.synapses = linear->weight->values.size();
      for (const auto& tensor : {linear->weight, linear->bias}) {
        if (!tensor) continue;
        f.weight_bytes += bytes_of(*tensor);
        if (counted.insert(tensor.get()).second) facts.total.weight_bytes += bytes_of(*tensor);
      }
    } else if (const auto* convolution = std::get_if<Convolution>(&node.kind)) {
      const Windows& w = convolution->windows;
      f.fan_in = w.in_of_group() * w.rows.kernel * w.columns.kernel;
      f.synapses = touching_pairs(w.rows, w.transposed) * touching_pairs(w.columns, w.transposed) *
                   w.out_channels * w.in_of_group();
      for (const auto& tensor : {convolution->weight, convolution->bias}) {
        if (!tensor) continue;
        f.weight_bytes += bytes_of(*tensor);
        if (counted.insert(tensor.get()).second) facts.total.weight_bytes += bytes_of(*tensor);
      }
    } else if (const auto* sequence = std::get_if<Sequence>(&node.kind)) {
      f.parameter_bytes = bytes_of(*sequence->rows);
    } else if (const auto* sparse = std::get_if<Sparse>(&node.kind)) {
      const Synapses& all = *sparse->synapses;
      f.synapses = all.count;
      f.fan_in = static_cast<std::size_t>((all.count + all.out / 2) / all.out);
      f.weight_bytes = packing_of(all).bytes();
      if (shared.insert(&all).second) facts.total.weight_bytes += f.weight_bytes;
    } else if (const auto* p = std::get_if<Population>(&node.kind)) {
      f.operations = operations_of(p->cell);
      f.state_bytes = p->cell.states.size() * node.size * sizeof(float);
      for (const PerNeuron& v : p->fixed) f.parameter_bytes += v.values.size() * sizeof(float);
    } else if (const auto* delay = std::get_if<Delay>(&node.kind)) {
      f.history_bytes += std::uint64_t{*std::ranges::max_element(delay->steps)} * node.size * sizeof(float);
    }
    facts.total.synapses += f.synapses;
    facts.total.parameter_bytes += f.parameter_bytes;
    facts.total.state_bytes += f.state_bytes;
    facts.total.history_bytes += f.history_bytes;
  }
  return facts;
}

}  // namespace spikeloom
