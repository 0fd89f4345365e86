// Shapes flow from inputs to readers. A cycle stops that: then a node that can tell its shape from part of
// its inputs (a neuron from any one of them, a linear layer from its weights) does so, and is held against
// the rest once that is known.
#include <cctype>
#include <set>

#include "model/draft.h"
#include "support/check.h"

namespace spikeloom::draft {
namespace {

std::int32_t use_of(const Node& node) {
  return node.given ? node.given->use : -1;
}

class Settler {
 public:
  explicit Settler(Network& net);
  void run();

 private:
  void build(std::uint32_t index, bool last);
  void build_layer(Node& node, bool last, Report& report);
  void build_slice(Node& node, Report& report);
  std::size_t first_of(const Input& input) const;
  void join_parts(Node& node, const std::vector<ConcatPart>& parts);
  void add_sequences(Node& node, const std::vector<SequencePort>& sequences);
  void announce(std::uint32_t index);
  void guess_one();
  bool give_up();

  Network& net_;
  std::vector<std::vector<std::uint32_t>> readers_;
  std::vector<std::size_t> waiting_;  // sources that are neither settled nor guessed
  std::vector<bool> announced_;
  std::vector<std::uint32_t> ready_;
  std::set<std::uint32_t> candidates_;  // may be able to tell their shape from what is known by now
  std::uint32_t open_ = 0;              // all nodes before it have been announced
};

Settler::Settler(Network& net)
    : net_(net), readers_(net.nodes.size()), waiting_(net.nodes.size()), announced_(net.nodes.size()) {
  for (std::uint32_t i = 0; i < net.nodes.size(); ++i) {
    for (const auto& port : net.nodes[i].ports)
      for (const Input& in : port)
        if (in.known && in.source.signal.of == Signal::Of::node) {
          readers_[in.source.signal.index].push_back(i);
          ++waiting_[i];
        }
    candidates_.insert(i);
  }
  for (std::uint32_t i = static_cast<std::uint32_t>(net.nodes.size()); i-- > 0;)
    if (waiting_[i] == 0) ready_.push_back(i);
}

void Settler::announce(std::uint32_t index) {
  if (announced_[index]) return;
  announced_[index] = true;
  for (const std::uint32_t reader : readers_[index]) {
    if (!net_.nodes[reader].settled) candidates_.insert(reader);
    if (--waiting_[reader] == 0) ready_.push_back(reader);
  }
}

void Settler::run() {
  do {
    while (!ready_.empty() || !candidates_.empty()) {
      if (ready_.empty()) {
        guess_one();
        continue;
      }
      const std::uint32_t next = ready_.back();
      ready_.pop_back();
      build(next, true);
      net_.nodes[next].settled = true;
      candidates_.erase(next);
      announce(next);
    }
  } while (give_up());
}

void Settler::guess_one() {
  const std::uint32_t index = *candidates_.begin();
  candidates_.erase(candidates_.begin());
  if (announced_[index]) return;
  build(index, false);
  if (net_.nodes[index].shape) announce(index);
}

/// Nothing in a cycle gives a shape: one of its nodes says so, and the rest of the cycle stays unknown.
/// False if no such cycle is left.
bool Settler::give_up() {
  while (open_ < waiting_.size() && announced_[open_]) ++open_;
  if (open_ == waiting_.size()) return false;

  // Whoever is unknown waits for an unknown source, so walking back ends in a cycle.
  std::set<std::uint32_t> walked;
  std::uint32_t at = open_;
  while (walked.insert(at).second) {
    for (const auto& port : net_.nodes[at].ports)
      for (const Input& in : port)
        if (in.known && in.source.signal.of == Signal::Of::node && !announced_[in.source.signal.index]) {
          at = in.source.signal.index;
          goto next;
        }
    SPIKELOOM_CHECK(false, "model", "a node waits for nothing");
  next:;
  }
  const Node& node = net_.nodes[at];
  net_.tell(use_of(node),
            node.place.at("the shape of '" + node.name + "' cannot be known", "",
                          "only inputs that wait for it in turn", "give a neuron of this cycle a \"shape\""));
  announce(at);
  return true;
}

/// `last`: every source is known or given up; else what is unknown may still become known.
void Settler::build(std::uint32_t index, bool last) {
  Node& node = net_.nodes[index];
  Report problems;
  node.kind.reset();
  if (node.what == Node::What::slice)
    build_slice(node, problems);
  else if (node.type.layer)
    build_layer(node, last, problems);
  else if (node.type.neuron)
    build_neuron(net_, node, last, problems);
  if (!last) return;  // every node is built for good later, and then says what is wrong
  for (const Diagnostic& d : problems.diagnostics()) net_.tell(use_of(node), d);
}

void Settler::build_slice(Node& node, Report& report) {
  const Input& in = node.ports[0][0];
  if (node.count <= kMostNeurons) node.shape = Shape{node.count};
  const auto from = net_.shape_of(in);
  if (!from) return;
  const std::size_t n = element_count(*from);
  if (node.count == 0 || node.first >= n || node.count > n - node.first) {
    report.add(node.place.at(
        "this slice goes beyond " + in.name, "a range within [0:" + std::to_string(n) + "]",
        "[" + std::to_string(node.first) + ":" + std::to_string(node.first + node.count) + "]"));
    node.shape.reset();
    return;
  }
  node.kind = Slice{in.source, node.first};
}

void reserved_keys(json::Fields& fields, Report& report) {
  for (const char* key : {"precision", "plasticity", "place"})
    if (const json::Value value = fields.take(key)) {
      Diagnostic d = value.at("'" + std::string(key) + "' is not supported by this version");
      d.kind = ErrorKind::unsupported;
      report.add(std::move(d));
    }
}

void Settler::build_layer(Node& node, bool last, Report& report) {
  LayerBinding binding;
  binding.name = node.given->name;
  binding.place = node.place;
  binding.graph = net_.graph;
  binding.cache = &net_.tensors;
  binding.budget = &net_.budget;
  binding.use = use_of(node);
  binding.report = &report;
  for (const Input& in : node.ports[0])
    binding.inputs.push_back({in.source, in.place, in.name, net_.shape_of(in), first_of(in)});

  const bool written = node.what == Node::What::node;
  json::Fields fields(node.place, report);
  binding.fields = &fields;
  for (const char* key : {"type", "from", "label"}) fields.take(key);
  if (written) reserved_keys(fields, report);
  LayerBuilder builder(binding);
  node.type.layer->build(builder);
  if (written) fields.finish();

  LayerResult result = builder.take();
  node.shape = result.shape;
  if (!report.ok() || !node.shape) return;
  const std::size_t n = element_count(*node.shape);
  if (n > kMostNeurons || (last && !net_.budget.take(n))) {
    report.add(beyond_limit(node.place, net_.budget, std::to_string(n) + " values here"));
    node.shape.reset();
    return;
  }
  node.kind = std::move(result.kind);
  if (last && !result.parts.empty()) join_parts(node, result.parts);
  if (!node.kind) return;
  if (auto* population = std::get_if<Population>(&*node.kind)) {
    const auto setup = evaluate_setup(population->cell, result.parameters, net_.dt(), n);
    for (const NodeId id : population->cell.fixed) population->fixed.push_back(setup[id]);
    population->parameters = std::move(result.parameters);
    if (last && result.largest) add_largest(net_, node, std::move(*result.largest), report);
    if (last) add_sequences(node, result.sequences);
  }
}

/// Nodes beside this one that give the further ports of its cell their values.
void Settler::add_sequences(Node& node, const std::vector<SequencePort>& sequences) {
  for (const SequencePort& sequence : sequences) {
    Node given;
    given.what = Node::What::sequence;
    given.given = node.given;
    given.name = node.name + "~" + sequence.name;
    given.place = node.place;
    given.settled = true;
    given.shape = node.shape;
    given.kind = Sequence{sequence.rows};
    std::get<Population>(*node.kind)
        .ports.push_back({{{Signal::Of::node, static_cast<std::uint32_t>(net_.nodes.size()), -1}, 0}});
    net_.nodes.push_back(std::move(given));
  }
}

/// Where a source that is a slice begins.
std::size_t Settler::first_of(const Input& input) const {
  if (!input.known || input.source.signal.of != Signal::Of::node) return 0;
  const Node& node = net_.nodes[input.source.signal.index];
  return node.what == Node::What::slice ? node.first : 0;
}

/// A concat along an inner axis: its operands' rows, taken in turn.
void Settler::join_parts(Node& node, const std::vector<ConcatPart>& parts) {
  Concat joined;
  for (const ConcatPart& part : parts) {
    Node slice;
    slice.what = Node::What::slice;
    slice.given = node.given;
    slice.name = node.name + "~part" + std::to_string(joined.inputs.size() + 1);
    slice.place = node.place;
    slice.ports = {{node.ports[0][part.input]}};
    slice.first = part.first;
    slice.count = part.count;
    slice.settled = true;
    slice.shape = Shape{part.count};
    slice.kind = Slice{node.ports[0][part.input].source, part.first};
    joined.inputs.push_back({{Signal::Of::node, static_cast<std::uint32_t>(net_.nodes.size()), -1}, 0});
    net_.nodes.push_back(std::move(slice));
  }
  node.kind = std::move(joined);
}

}  // namespace

std::optional<Shape> Network::shape_of(const Input& input) const {
  if (!input.known) return {};
  const std::uint32_t index = input.source.signal.index;
  if (input.source.signal.of == Signal::Of::input) {
    const Shape& shape = graph->inputs[index].shape;
    return shape.empty() ? std::nullopt : std::optional<Shape>(shape);  // empty: it was wrong, and reported
  }
  return nodes[index].shape;
}

std::string local_name(const Graph& graph, std::int32_t use, const std::string& name) {
  if (use < 0) return name;
  const std::string prefix = graph.uses[static_cast<std::size_t>(use)].name + "/";
  return name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

void Network::tell(std::int32_t use, const Diagnostic& d) {
  if (use >= 0) {
    const std::string prefix = graph->uses[static_cast<std::size_t>(use)].name + "/";
    std::string text = d.text();
    const auto inside_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-' || c == '/';
    };
    for (std::size_t at = 0; (at = text.find(prefix, at)) != std::string::npos;)
      if (at > 0 && inside_name(text[at - 1]))
        ++at;
      else
        text.erase(at, prefix.size());
    if (!told.insert(std::move(text)).second) return;
  }
  report->add(d);
}

namespace {

/// Modules that say which shape they want get it.
void check_expectations(Network& net) {
  for (std::size_t i = 0; i < net.expected.size(); ++i) {
    const GraphExpectation& e = net.graph->expectations[i];
    auto shape = net.shape_of(net.expected[i]);
    if (shape && e.given.slice) shape = Shape{e.given.slice->second - e.given.slice->first};
    if (!shape || *shape == e.shape) continue;
    net.report->add(e.given.place.at(net.expected[i].name + " gives " + to_string(*shape) + ", the input '" +
                                     e.input + "' of " + e.use + " expects " + to_string(e.shape)));
  }
}

}  // namespace

void settle(Network& net) {
  Settler(net).run();
  check_expectations(net);
}

}  // namespace spikeloom::draft
