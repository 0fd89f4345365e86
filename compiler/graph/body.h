// A body: what can be read, what there is, what goes out. The graph is one and every module is one. Inside
// this room only.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "graph/reading.h"

namespace spikeloom {

/// What an input of a module says of itself.
struct ModuleInput {
  std::string name;
  json::Value place;
  Shape shape;  // empty: any
};

struct Body {
  struct Name {
    bool is_node = false;
    std::size_t index = 0;  // of `nodes`, or of the inputs
    json::Value place;
  };

  std::string name;                 // of the module; "" for the graph itself
  json::Value place;                // absent for the graph
  json::Value node_places;          // "nodes"
  bool usable = true;               // false: what uses it is unknown, which was reported
  std::vector<ModuleInput> inputs;  // of a module
  std::vector<GraphNode> nodes;     // names are those of this body
  std::vector<GraphOutput> outputs;
  std::unordered_map<std::string, std::size_t> output_names;  // of `outputs`, once they are linked
  std::set<std::string> broken_outputs;                       // were reported
  std::unordered_map<std::string, Name> names;                // of inputs and nodes
  std::vector<std::string> spellings;                         // of these names, for near ones

  /// With all that it uses in place: nodes, references and tensors by name, levels of modules.
  struct Size {
    std::uint64_t nodes = 0, references = 0;
    std::size_t levels = 0;
  } size;

  bool is_module() const { return !name.empty(); }
};

/// What the readers of one graph share.
struct GraphReading {
  Graph& graph;
  const GraphOptions& options;
  Report& report;
  json::Value all_nodes;                           // of the graph, for what holds of it as a whole
  std::deque<Body> modules;                        // in the order of the file
  std::unordered_map<std::string, Body*> by_name;  // modules
  std::size_t references = 0;
  std::size_t unknown_names = 0;  // looking for near names takes time: not for each of a hundred thousand

  const Body* module_of(const GraphNode& node) const {
    const auto found = by_name.find(node.type);
    return found == by_name.end() ? nullptr : found->second;
  }
  void add(json::Value place, std::string what, std::string expected = {}, std::string got = {},
           std::string hint = {}) {
    report.add(place.at(std::move(what), std::move(expected), std::move(got), std::move(hint)));
  }
  void limit(json::Value place, std::string what, std::string expected, std::string got = {}) {
    Diagnostic d = place.at(std::move(what), std::move(expected), std::move(got));
    d.kind = ErrorKind::limit;
    report.add(std::move(d));
  }
};

/// False if the name's form is not allowed, which is reported.
bool check_name(GraphReading& reading, json::Value object, std::size_t i, const char* what);
/// False if the name is not allowed or already taken in the body, which is reported.
bool claim_name(GraphReading& reading, Body& body, json::Value object, std::size_t i, const char* what);
/// The members of "nodes": names, types and references; names are not looked up yet.
void read_nodes(GraphReading& reading, Body& body, json::Value nodes);
void read_outputs(GraphReading& reading, Body& body, json::Value outputs);

/// Every module's body. References are not looked up yet.
void read_modules(GraphReading& reading, json::Value modules);
/// Looks up what every reference of every body names and checks all uses of modules, those first that others
/// use. References go to nodes or to inputs of their own body afterwards, never to outputs of uses.
void link_bodies(GraphReading& reading, Body& top);
/// The nodes of `top` and of all that it uses, with full paths, into the graph; the size is checked first.
void expand(GraphReading& reading, const Body& top);

/// [first, end) of what is itself the part `of`; nothing if it does not lie within.
std::optional<std::pair<std::size_t, std::size_t>> part_of(
    const std::optional<std::pair<std::size_t, std::size_t>>& of,
    const std::optional<std::pair<std::size_t, std::size_t>>& part, bool& fits);

}  // namespace spikeloom
