// Puts the nodes of a module where it is used, under the name of the use.
#include <map>

#include "graph/body.h"

namespace spikeloom {

namespace {

class Expander {
 public:
  explicit Expander(GraphReading& reading) : reading_(reading), graph_(reading.graph) {}

  /// `given`: what each input of a module reads, in names of the whole graph.
  void body(const Body& body, const std::string& prefix, std::int32_t use,
            const std::vector<Reference>& given) {
    for (const GraphNode& node : body.nodes) {
      GraphNode made = node;
      made.name = prefix + node.name;
      made.use = use;
      for (PortInputs& port : made.from)
        for (Reference& reference : port.references)
          made.broken |= !translate(reference, body, prefix, given);
      const Body* module = reading_.module_of(node);
      if (module && module->usable) {
        this->use(*module, std::move(made), use);
        continue;
      }
      if (module) made.type.clear();  // what it would be was reported
      graph_.nodes.push_back(std::move(made));
    }
  }

 private:
  /// From names of a body to names of the graph. False: unknown, which was reported.
  bool translate(Reference& reference, const Body& body, const std::string& prefix,
                 const std::vector<Reference>& given) {
    if (reference.node.empty()) return false;
    const auto name = body.is_module() ? body.names.find(reference.node) : body.names.end();
    if (name == body.names.end() || name->second.is_node) {
      reference.node = prefix + reference.node;
      return true;
    }
    const Reference& source = given[name->second.index];
    bool fits = true;
    const auto slice = part_of(source.slice, reference.slice, fits);
    if (!fits)
      reading_.add(reference.place, "this slice goes beyond " + in_quotes(reference.node),
                   "a range within [0:" + std::to_string(source.slice->second - source.slice->first) + "]");
    reference.node = fits ? source.node : "";
    reference.state = source.state;
    reference.slice = slice;
    reference.delay += source.delay;
    return !reference.node.empty();
  }

  void use(const Body& module, GraphNode made, std::int32_t outer) {
    const auto index = static_cast<std::int32_t>(graph_.uses.size());
    GraphUse use{.name = made.name,
                 .module = module.name,
                 .label = made.label,
                 .place = made.place,
                 .with = {},
                 .outputs = {}};
    const json::Value with = made.place.find("with");
    for (std::size_t i = 0; with.is(json::Kind::object) && i < with.size(); ++i)
      use.with.emplace(with.key(i), graph_.tensor_meant(with[i], outer));
    const std::string prefix = made.name + "/";
    for (const GraphOutput& output : module.outputs) {
      Reference reference = output.reference;
      reference.node = prefix + reference.node;
      use.outputs.emplace_back(output.name, std::move(reference));
    }
    graph_.uses.push_back(std::move(use));

    std::map<std::string_view, const PortInputs*> ports;
    for (const PortInputs& port : made.from) ports.emplace(port.port, &port);
    std::vector<Reference> given;
    for (const ModuleInput& input : module.inputs) {
      auto port = ports.find(input.name);
      if (port == ports.end()) port = ports.find("");
      given.push_back(one_value(input, made, port == ports.end() ? nullptr : port->second, index));
    }
    body(module, prefix, index, given);
  }

  /// What an input of the module reads: the reference itself, or a node that sums the list.
  Reference one_value(const ModuleInput& input, const GraphNode& made, const PortInputs* from,
                      std::int32_t use) {
    if (!from || made.broken) return {};
    Reference given = from->references.front();
    if (from->references.size() > 1) {
      GraphNode sum;
      sum.name = made.name + "/" + input.name;  // no node of the module has its name
      sum.type = "add";
      sum.is_sum = true;
      sum.place = made.place;
      sum.use = use;
      sum.from.push_back({.port = "", .place = from->place, .references = from->references});
      given = {};
      given.place = from->place;
      given.node = sum.name;
      graph_.nodes.push_back(std::move(sum));
    }
    if (!input.shape.empty()) graph_.expectations.push_back({made.name, input.name, given, input.shape});
    return given;
  }

  GraphReading& reading_;
  Graph& graph_;
};

}  // namespace

json::Value Graph::tensor_meant(json::Value value, std::int32_t use) const {
  if (use < 0 || !value.is(json::Kind::string)) return value;
  const auto& with = uses[static_cast<std::size_t>(use)].with;
  const auto found = with.find(value.string());
  return found == with.end() ? value : found->second;
}

void expand(GraphReading& reading, const Body& top) {
  reading.graph.outputs = top.outputs;
  if (top.usable)
    Expander(reading).body(top, "", -1, {});
  else
    reading.graph.nodes.clear();
}

}  // namespace spikeloom
