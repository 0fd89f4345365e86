// The top of a graph file: what it says of itself, inputs, nodes, outputs, and that every name is known.
#include "graph/graph.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "graph/reading.h"
#include "support/file.h"

namespace spikeloom {

namespace {

class GraphReader {
 public:
  GraphReader(Graph& graph, const GraphOptions& options, Report& report)
      : graph_(graph), options_(options), report_(report), top_(graph.document->root(), report) {}

  void read() {
    read_header();
    read_tensors(top_.take("tensors", json::Kind::object));
    read_inputs(top_.take("inputs", json::Kind::object));
    const json::Value nodes = top_.require("nodes", "an object of nodes by name");
    if (nodes && !nodes.is(json::Kind::object))
      report_.add(nodes.at("'nodes' must be an object", json::name_of(json::Kind::object), nodes.describe()));
    else
      read_nodes(nodes);
    read_outputs(top_.take("outputs", json::Kind::object));
    graph_.neurons = top_.take("neurons", json::Kind::object);
    for (std::size_t i = 0; i < graph_.neurons.size(); ++i) check_name(graph_.neurons, i, "neuron");
    if (const json::Value modules = top_.take("modules")) {
      unsupported(modules, "modules are not part of this version");
      modules_ = modules;
    }
    for (const auto& [theirs, ours] : {std::pair{"layers", "nodes"},
                                       {"populations", "nodes"},
                                       {"weights", "tensors"},
                                       {"files", "tensors"},
                                       {"time_step", "dt"},
                                       {"timestep", "dt"},
                                       {"version", "spikeloom"},
                                       {"models", "neurons"},
                                       {"title", "name"}})
      top_.translate(theirs, ours);
    top_.string("$schema", "");  // for editors
    top_.finish();
    look_up_names();
  }

 private:
  void add(json::Value place, std::string what, std::string expected = {}, std::string got = {},
           std::string hint = {}) {
    report_.add(place.at(std::move(what), std::move(expected), std::move(got), std::move(hint)));
  }

  void unsupported(json::Value place, std::string what, std::string hint = {}) {
    Diagnostic d = place.at(std::move(what), {}, {}, std::move(hint));
    d.kind = ErrorKind::unsupported;
    report_.add(std::move(d));
  }

  void read_header() {
    if (const json::Value version =
            top_.require("spikeloom", "the version of the format: \"spikeloom\": 1")) {
      if (!version.is_integer() || version.integer() < 1)
        add(version, "'spikeloom' must be the version of the format", "1", version.describe());
      else if (version.integer() != 1)
        unsupported(version, "this version reads graphs of format 1, not " + version.describe());
    }
    graph_.name = top_.string("name", "");
    if (const json::Value dt = top_.take("dt", json::Kind::number)) {
      // Neurons compute with dt as float32.
      if (dt.number() > 0 && static_cast<float>(dt.number()) > 0 &&
          std::isfinite(static_cast<float>(dt.number())))
        graph_.dt = dt.number();
      else
        add(dt, "'dt' is out of range", "a number above 0, in ms", dt.describe());
    }
    if (const json::Value seed = top_.take("seed", json::Kind::number)) {
      if (seed.is_unsigned())
        graph_.seed = seed.unsigned_integer();
      else
        add(seed, "'seed' is out of range", "a whole number from 0 to 18446744073709551615", seed.describe());
    }
    const json::Value needs = top_.take("needs", json::Kind::array);
    for (std::size_t i = 0; i < needs.size(); ++i) {
      // Format 1 has no optional features yet: whatever is named comes from a later version.
      if (needs[i].is(json::Kind::string))
        unsupported(needs[i], "this graph needs " + in_quotes(needs[i].string()) +
                                  ", which this version does not have");
      else
        add(needs[i], "this must be the name of a feature", json::name_of(json::Kind::string),
            needs[i].describe());
    }
  }

  bool check_name(json::Value object, std::size_t i, const char* what) {
    if (is_graph_name(object.key(i))) return true;
    report_.add(object.at_key(i, std::string(what) + " name " + in_quotes(object.key(i)) + " is not allowed",
                              "1 to 64 letters, digits, '_' and '-', not beginning with '-'", {},
                              "any other name can be kept as \"label\""));
    return false;
  }

  /// Inputs and nodes share one namespace.
  bool claim_name(json::Value object, std::size_t i, const char* what) {
    if (!check_name(object, i, what)) return false;
    const auto [taken, is_new] = places_.emplace(object.key(i), object[i]);
    if (is_new) {
      names_.push_back(object.key(i));
      return true;
    }
    report_.add(object.at_key(i, "the name " + in_quotes(object.key(i)) + " is already taken", {}, {},
                              "an input has it at line " + std::to_string(taken->second.line()) +
                                  "; inputs and nodes share one namespace"));
    return false;
  }

  void read_tensors(json::Value tensors) {
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      if (!check_name(tensors, i, "tensor")) continue;
      if (tensors[i].is(json::Kind::string))
        graph_.tensors.emplace(tensors.key(i), tensors[i].string());
      else
        add(tensors[i], "this must be the path of a tensor file", "such as \"weights.npz\"",
            tensors[i].describe());
    }
  }

  void read_inputs(json::Value inputs) {
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      if (!claim_name(inputs, i, "input")) continue;
      GraphInput input{.name = inputs.key(i), .label = "", .place = inputs[i], .shape = {}};
      json::Fields fields(inputs[i], report_);
      input.label = fields.string("label", "");
      if (const json::Value shape = fields.require("shape", "the shape of a sample, such as [64]"))
        input.shape = read_shape(shape, options_.tensors.elements, report_).value_or(Shape{});
      if (const json::Value time = fields.take("time", json::Kind::string)) {
        if (time.string() == "constant")
          input.constant = true;
        else if (time.string() != "varying")
          add(time, "'time' has a value that is not known", "\"constant\" or \"varying\"", time.describe());
      }
      fields.translate("size", "shape");
      fields.finish("field of an input");
      graph_.inputs.push_back(std::move(input));
    }
  }

  void read_nodes(json::Value nodes) {
    if (!nodes) return;
    nodes_ = nodes;
    if (nodes.size() == 0) add(nodes, "the graph has no nodes", "at least one node");
    if (nodes.size() > options_.nodes) {
      Diagnostic d = nodes.at("the graph has too many nodes", "at most " + std::to_string(options_.nodes),
                              std::to_string(nodes.size()));
      d.kind = ErrorKind::limit;
      report_.add(std::move(d));
      return;
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (!claim_name(nodes, i, "node")) continue;
      GraphNode node;
      node.name = nodes.key(i);
      node.place = nodes[i];
      read_node(node);
      graph_.nodes.push_back(std::move(node));
    }
  }

  void read_node(GraphNode& node) {
    const std::size_t before = report_.errors();
    // The rest of its fields belongs to the layer or neuron, so nothing is finished here.
    json::Fields fields(node.place, report_);
    if (const json::Value type =
            fields.require("type", "the kind of layer or neuron, such as \"linear\" or \"lif\"")) {
      if (type.is(json::Kind::string))
        node.type = type.string();
      else
        add(type, "'type' must be a string", "the kind of layer or neuron", type.describe());
    }
    node.label = fields.string("label", "");
    if (const json::Value from = fields.take("from"); from && count_references(from))
      read_from(from, graph_, report_, node.from);
    node.broken = report_.errors() > before;
  }

  /// False once the graph has more references than may be taken into memory, which is reported.
  bool count_references(json::Value from) {
    references_ += std::max<std::size_t>(from.size(), 1);
    if (from.is(json::Kind::object))
      for (std::size_t i = 0; i < from.size(); ++i) references_ += from[i].size();
    if (references_ <= options_.references) return true;
    Diagnostic d =
        nodes_.at("the graph has too many references", "at most " + std::to_string(options_.references));
    d.kind = ErrorKind::limit;
    report_.add(std::move(d));
    return false;
  }

  void read_outputs(json::Value outputs) {
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (!check_name(outputs, i, "output")) continue;
      GraphOutput output{.name = outputs.key(i), .reference = {}};
      if (outputs[i].is(json::Kind::object) && outputs[i].find("node"))
        add(outputs[i], "an output has no delay", "a name such as \"lif1\" or \"lif1.mem\"",
            outputs[i].describe());
      else if (read_plain_reference(outputs[i], report_, output.reference))
        graph_.outputs.push_back(std::move(output));
    }
  }

  /// A reference to nothing is reported and loses its name, so that nobody reports it again.
  bool look_up(Reference& reference) {
    if (reference.node.empty() || places_.contains(reference.node)) return true;
    if (modules_ && reference.node.find('/') != std::string::npos) {
      reference.node.clear();  // inside a module instance; modules were reported
      return false;
    }
    // Looking for a near name takes time: not for each of a hundred thousand.
    constexpr std::size_t most_hints = 10;
    add(reference.place, "there is no input or node " + in_quotes(reference.node), {}, {},
        ++unknown_names_ <= most_hints ? json::hint_for(reference.node, names_) : "");
    reference.node.clear();
    return false;
  }

  void look_up_names() {
    for (GraphNode& node : graph_.nodes) {
      for (PortInputs& port : node.from)
        for (Reference& reference : port.references) node.broken |= !look_up(reference);
      if (modules_.find(node.type)) node.broken = true;
    }
    std::erase_if(graph_.outputs, [&](GraphOutput& output) { return !look_up(output.reference); });
  }

  Graph& graph_;
  const GraphOptions& options_;
  Report& report_;
  json::Fields top_;
  json::Value modules_, nodes_;
  std::size_t references_ = 0, unknown_names_ = 0;
  std::unordered_map<std::string, json::Value> places_;  // of inputs and nodes
  std::vector<std::string> names_;
};

}  // namespace

void report_at(json::Value place, const Error& error, Report& report) {
  for (const Diagnostic& from : error.diagnostics) {
    Diagnostic d = place.at(from.what, from.expected, from.got, from.hint);
    d.kind = from.kind;
    d.severity = from.severity;
    report.add(std::move(d));
  }
}

std::unique_ptr<Graph> read_graph(std::string_view text, const std::string& file,
                                  const std::filesystem::path& folder, const GraphOptions& options,
                                  Report& report) {
  auto graph = std::make_unique<Graph>();
  graph->document = json::Document::parse(text, file, options.json, report);
  if (!graph->document) return nullptr;
  graph->file = file;
  graph->source = {.folder = folder, .anywhere = options.tensors_anywhere, .limits = options.tensors};
  GraphReader reader(*graph, options, report);
  if (!graph->document->root().is(json::Kind::object)) return nullptr;
  reader.read();
  return graph;
}

std::unique_ptr<Graph> read_graph_file(const std::filesystem::path& path, const GraphOptions& options,
                                       Report& report) {
  Result<std::string> text = read_text_file(path, options.json.bytes);
  if (!text) {
    report.add(text.error());
    return nullptr;
  }
  return read_graph(*text, path.string(), path.parent_path(), options, report);
}

}  // namespace spikeloom
