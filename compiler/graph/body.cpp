// What a graph and a module have in common: nodes, outputs and the names they claim.
#include "graph/body.h"

#include <algorithm>

namespace spikeloom {

namespace {

/// False once the graph has more references than may be taken into memory, which is reported.
bool count_references(GraphReading& reading, json::Value from) {
  reading.references += std::max<std::size_t>(from.size(), 1);
  if (from.is(json::Kind::object))
    for (std::size_t i = 0; i < from.size(); ++i) reading.references += from[i].size();
  if (reading.references <= reading.options.references) return true;
  reading.limit(reading.all_nodes, "the graph has too many references",
                "at most " + std::to_string(reading.options.references));
  return false;
}

void read_node(GraphReading& reading, GraphNode& node) {
  const std::size_t before = reading.report.errors();
  // The rest of its fields belongs to the layer, neuron or module, so nothing is finished here.
  json::Fields fields(node.place, reading.report);
  if (const json::Value type =
          fields.require("type", "the kind of layer or neuron, such as \"linear\" or \"lif\"")) {
    if (type.is(json::Kind::string))
      node.type = type.string();
    else
      reading.add(type, "'type' must be a string", "the kind of layer or neuron", type.describe());
  }
  node.label = fields.string("label", "");
  if (const json::Value from = fields.take("from"); from && count_references(reading, from))
    read_from(from, reading.graph, reading.report, node.from);
  node.broken = reading.report.errors() > before;
}

}  // namespace

bool check_name(GraphReading& reading, json::Value object, std::size_t i, const char* what) {
  if (is_graph_name(object.key(i))) return true;
  reading.report.add(
      object.at_key(i, std::string(what) + " name " + in_quotes(object.key(i)) + " is not allowed",
                    "1 to 64 letters, digits, '_' and '-', not beginning with '-'", {},
                    "any other name can be kept as \"label\""));
  return false;
}

bool claim_name(GraphReading& reading, Body& body, json::Value object, std::size_t i, const char* what) {
  if (!check_name(reading, object, i, what)) return false;
  const std::string& name = object.key(i);
  if (!body.is_module())
    if (const auto module = reading.by_name.find(name); module != reading.by_name.end()) {
      reading.report.add(object.at_key(i, "the name " + in_quotes(name) + " is already taken", {}, {},
                                       "a module has it at line " +
                                           std::to_string(module->second->place.line()) +
                                           "; inputs, nodes and modules share one namespace"));
      return false;
    }
  Body::Name claim;
  claim.is_node = object == body.node_places;
  claim.index = claim.is_node ? body.nodes.size() : body.inputs.size();
  claim.place = object[i];
  const auto [taken, is_new] = body.names.emplace(name, claim);
  if (is_new) {
    body.spellings.push_back(name);
    return true;
  }
  reading.report.add(object.at_key(i, "the name " + in_quotes(name) + " is already taken", {}, {},
                                   "an input has it at line " + std::to_string(taken->second.place.line()) +
                                       "; inputs and nodes share one namespace"));
  return false;
}

void read_nodes(GraphReading& reading, Body& body, json::Value nodes) {
  if (!nodes) return;
  if (!nodes.is(json::Kind::object)) {
    reading.add(nodes, "'nodes' must be an object", json::name_of(json::Kind::object), nodes.describe());
    return;
  }
  body.node_places = nodes;
  if (nodes.size() == 0)
    reading.add(nodes, body.is_module() ? "the module has no nodes" : "the graph has no nodes",
                "at least one node");
  if (nodes.size() > reading.options.nodes) {
    reading.limit(nodes, body.is_module() ? "the module has too many nodes" : "the graph has too many nodes",
                  "at most " + std::to_string(reading.options.nodes), std::to_string(nodes.size()));
    return;
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (!claim_name(reading, body, nodes, i, "node")) continue;
    GraphNode node;
    node.name = nodes.key(i);
    node.place = nodes[i];
    read_node(reading, node);
    body.nodes.push_back(std::move(node));
  }
}

void read_outputs(GraphReading& reading, Body& body, json::Value outputs) {
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (!check_name(reading, outputs, i, "output")) continue;
    GraphOutput output{.name = outputs.key(i), .reference = {}};
    bool is_read = false;
    if (outputs[i].is(json::Kind::object) && outputs[i].find("node"))
      reading.add(outputs[i], "an output has no delay", "a name such as \"lif1\" or \"lif1.mem\"",
                  outputs[i].describe());
    else
      is_read = read_plain_reference(outputs[i], reading.report, output.reference);
    if (is_read)
      body.outputs.push_back(std::move(output));
    else
      body.broken_outputs.insert(outputs.key(i));
  }
}

}  // namespace spikeloom
