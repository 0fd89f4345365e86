#include <algorithm>

#include "model/draft.h"

namespace spikeloom::draft {
namespace {

bool is_refractory(const json::Value& node) {
  return node.find("refractory") || node.find("refractory_ms");
}

class Resolver {
 public:
  explicit Resolver(Network& net) : net_(net) {}

  void node(std::uint32_t index);
  Input reference(const Reference& r, const std::string& reader, const GraphNode* given);
  void outside_modules() { use_ = -1; }

 private:
  void add(json::Value place, std::string what, std::string expected = {}, std::string got = {},
           std::string hint = {}) {
    net_.tell(use_, place.at(std::move(what), std::move(expected), std::move(got), std::move(hint)));
  }
  std::vector<Input> references(const PortInputs& from, std::uint32_t reader);
  bool state_of(const Reference& r, const Node& node, std::int32_t& state);
  void layer_inputs(std::uint32_t index);
  void neuron_inputs(std::uint32_t index);
  std::string implicit_name(const std::string& reader, const char* what) {
    return reader + "~" + what + std::to_string(++made_[reader]);
  }

  Network& net_;
  std::int32_t use_ = -1;                    // of the node at hand
  std::map<std::string, std::size_t> made_;  // implicit nodes, by reader
};

/// False if the node has no such state, which is then reported (unless the node itself is unknown).
bool Resolver::state_of(const Reference& r, const Node& node, std::int32_t& state) {
  state = -1;
  if (r.state.empty()) return true;
  if (!node.type) return false;
  if (node.type.layer) {
    add(r.place, in_quotes(r.node) + " has no state " + in_quotes(r.state), "", "",
        "it is a layer (" + std::string(node.type.layer->name) + "); read " + in_quotes(r.node) + " itself");
    return false;
  }
  const NeuronModel& model = *node.type.neuron;
  if (r.state == "spk" && model.spikes) return true;
  std::vector<std::string> names;
  for (const StateInfo& s : model.states) names.push_back(s.name);
  if (is_refractory(node.place)) names.push_back("refractory");
  const auto found = std::ranges::find(names, r.state);
  if (found == names.end()) {
    const std::string near = json::nearest(r.state, names);
    std::string all;
    for (const std::string& n : names) all += (all.empty() ? "" : ", ") + n;
    add(r.place, in_quotes(r.node) + " has no state " + in_quotes(r.state), "", "",
        !near.empty() ? "did you mean " + in_quotes(near) + "?"
        : all.empty() ? "it has no states"
                      : "its states are " + all);
    return false;
  }
  state = static_cast<std::int32_t>(found - names.begin());
  return true;
}

Input Resolver::reference(const Reference& r, const std::string& reader, const GraphNode* given) {
  Input in;
  in.place = r.place;
  in.name = r.state.empty() ? r.node : r.node + "." + r.state;
  if (r.node.empty()) return in;  // not a reference: reported when it was read
  if (r.delay > kMostDelay) {
    Diagnostic d = r.place.at("the delay is beyond the limit",
                              "at most " + std::to_string(kMostDelay) + " steps", std::to_string(r.delay));
    d.kind = ErrorKind::limit;
    net_.tell(use_, d);
    return in;
  }

  if (const auto input = net_.inputs.find(r.node); input != net_.inputs.end()) {
    if (!r.state.empty()) {
      add(r.place, in_quotes(r.node) + " has no state " + in_quotes(r.state), "", "", "it is an input");
      return in;
    }
    in.source.signal = {Signal::Of::input, input->second, -1};
    // A delayed constant is the constant itself.
    if (!net_.graph->inputs[input->second].constant) in.source.delay = static_cast<std::uint32_t>(r.delay);
  } else if (const auto node = net_.named.find(r.node); node != net_.named.end()) {
    in.source.signal = {Signal::Of::node, node->second, -1};
    in.source.delay = static_cast<std::uint32_t>(r.delay);
    if (!state_of(r, net_.nodes[node->second], in.source.signal.state)) return in;
  } else {
    return in;  // a name that was not accepted
  }
  in.known = true;
  if (!r.slice) return in;

  Node slice;
  slice.what = Node::What::slice;
  slice.given = given;
  slice.name = implicit_name(reader, "slice");
  slice.place = r.place;
  slice.first = r.slice->first;
  slice.count = r.slice->second - r.slice->first;
  slice.ports = {{in}};
  Input part = in;
  part.source = {{Signal::Of::node, static_cast<std::uint32_t>(net_.nodes.size()), -1}, 0};
  part.name += "[" + std::to_string(r.slice->first) + ":" + std::to_string(r.slice->second) + "]";
  net_.nodes.push_back(std::move(slice));
  return part;
}

std::vector<Input> Resolver::references(const PortInputs& from, std::uint32_t reader) {
  std::vector<Input> all;
  const std::string name = net_.nodes[reader].name;
  for (const Reference& r : from.references) all.push_back(reference(r, name, net_.nodes[reader].given));
  return all;
}

void Resolver::layer_inputs(std::uint32_t index) {
  const GraphNode& given = *net_.nodes[index].given;
  const LayerKind& kind = *net_.nodes[index].type.layer;
  std::vector<Input> inputs;
  for (const PortInputs& from : given.from) {
    if (!from.port.empty()) {
      add(from.place, "a layer has no ports", kind.operands ? "a list of references" : "a reference",
          "the port " + in_quotes(from.port));
      net_.nodes[index].ports = {{Input{.place = from.place}}};
      return;
    }
    inputs = references(from, index);
  }
  if (inputs.empty()) {
    if (!given.broken)
      add(given.place, "'from' is missing",
          kind.operands ? "the operands, such as [\"a\", \"b\"]" : "the node or input that is read");
    inputs.push_back(Input{.place = given.place});
  }
  if (!kind.operands && inputs.size() > 1) {
    Node sum;
    sum.what = Node::What::sum;
    sum.given = &given;
    sum.name = implicit_name(given.name, "sum");
    sum.place = given.place;
    sum.type = {.layer = find_layer("add")};
    sum.ports = {std::move(inputs)};
    Input total{.known = true, .place = given.place.find("from"), .name = "the sum in 'from'"};
    if (!total.place) total.place = given.place;
    total.source.signal.index = static_cast<std::uint32_t>(net_.nodes.size());
    net_.nodes.push_back(std::move(sum));
    inputs = {total};
  }
  net_.nodes[index].ports = {std::move(inputs)};
}

void Resolver::neuron_inputs(std::uint32_t index) {
  const GraphNode& given = *net_.nodes[index].given;
  const NeuronModel& model = *net_.nodes[index].type.neuron;
  std::vector<std::vector<Input>> ports(model.ports.size());
  std::vector<std::string> names;
  std::string all;
  for (const PortInfo& p : model.ports) {
    names.push_back(p.name);
    all += (all.empty() ? "" : ", ") + p.name;
  }
  for (const PortInputs& from : given.from) {
    if (ports.empty()) {
      add(from.place, in_quotes(model.name) + " is a source: it reads nothing", "no 'from'");
      break;
    }
    std::size_t port = 0;
    if (from.port.empty() && ports.size() > 1) {
      add(from.place, in_quotes(model.name) + " has several ports",
          "an object that says what each of " + all + " reads", "",
          "\"from\": { \"" + names[0] + "\": ... }");
      ports[0].push_back(Input{.place = from.place});  // unknown from here on
      continue;
    }
    if (!from.port.empty()) {
      port = static_cast<std::size_t>(std::ranges::find(names, from.port) - names.begin());
      if (port == names.size()) {
        const std::string near = json::nearest(from.port, names);
        add(from.place, in_quotes(model.name) + " has no port " + in_quotes(from.port), "", "",
            near.empty() ? "its ports are " + all : "did you mean " + in_quotes(near) + "?");
        ports[0].push_back(Input{.place = from.place});
        continue;
      }
    }
    ports[port] = references(from, index);
  }
  if (given.from.empty() && !ports.empty() && !given.broken)
    add(given.place, "'from' is missing", "the node or input that is read");
  net_.nodes[index].ports = std::move(ports);
}

void Resolver::node(std::uint32_t index) {
  const NodeType type = net_.nodes[index].type;  // a copy: implicit nodes may move the list
  use_ = net_.nodes[index].given->use;
  if (type.layer)
    layer_inputs(index);
  else if (type.neuron)
    neuron_inputs(index);
}

}  // namespace

void resolve(Network& net) {
  for (std::uint32_t i = 0; i < net.graph->inputs.size(); ++i)
    net.inputs.emplace(net.graph->inputs[i].name, i);
  for (const GraphNode& given : net.graph->nodes) {
    Node node;
    node.given = &given;
    node.name = given.name;
    node.place = given.place;
    node.type = find_type(net, given);
    if (given.is_sum) node.what = Node::What::sum;
    net.named.emplace(node.name, static_cast<std::uint32_t>(net.nodes.size()));
    net.nodes.push_back(std::move(node));
  }
  Resolver resolver(net);
  const auto given = static_cast<std::uint32_t>(net.nodes.size());
  for (std::uint32_t i = 0; i < given; ++i) resolver.node(i);
  resolver.outside_modules();
  for (const GraphOutput& output : net.graph->outputs) {
    if (output.reference.delay > 0) {
      net.report->add(output.reference.place.at("an output has no delay", "a reference without delay"));
      continue;
    }
    net.outputs.emplace_back(output.name, resolver.reference(output.reference, "~" + output.name, nullptr));
  }
  for (const GraphUse& use : net.graph->uses)
    for (const auto& [name, reference] : use.outputs) {
      if (reference.slice) continue;  // no signal of its own
      const Input input = resolver.reference(reference, "", nullptr);
      if (!input.known) continue;
      net.instances.emplace_back(use.name + "." + name, input);
      if (use.outputs.size() == 1) net.instances.emplace_back(use.name, input);
    }
  for (const GraphExpectation& e : net.graph->expectations) {
    Reference whole = e.given;
    whole.slice.reset();  // the shape of a slice needs no node
    net.expected.push_back(resolver.reference(whole, "", nullptr));
  }
}

}  // namespace spikeloom::draft
