#include "nir/graph_writer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "nir/nodes.h"
#include "support/text.h"

namespace spikeloom::nir {
namespace {

constexpr std::size_t kMostAxes = 8;  // of a sample in a graph file
constexpr std::size_t kMostElements = 1u << 30;

std::string json_double(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.15g", value);
  if (std::strtod(text, nullptr) != value) std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

std::string block(const char* key, const std::vector<std::string>& lines) {
  std::string json = std::string("  \"") + key + "\": {";
  for (std::size_t i = 0; i < lines.size(); ++i) json += (i > 0 ? ",\n    " : "\n    ") + lines[i];
  return json + (lines.empty() ? "}" : "\n  }");
}

std::string list(const std::vector<std::string>& references) {
  if (references.size() == 1) return references[0];
  std::string json = "[";
  for (std::size_t k = 0; k < references.size(); ++k) json += (k > 0 ? ", " : "") + references[k];
  return json + "]";
}

bool is_neuron(const Node& node) {
  return node.primitive->has_state && !node.is("Delay");
}

bool is_same_size(const Shape& a, const Shape& b) {
  return checked_count(a, kMostElements) == checked_count(b, kMostElements);
}

}  // namespace

std::string GraphWriter::Names::fresh(std::string_view wanted) {
  std::string name;
  for (const char c : wanted.substr(0, 52)) {
    const bool is_fine = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                         c == '_' || (c == '-' && !name.empty());
    name += is_fine ? c : '_';
  }
  if (name.empty()) name = "_";
  std::string unique = name;
  for (std::size_t& next = next_[name]; !taken_.insert(unique).second; ++next)
    unique = name + "_" + std::to_string(next + 2);
  return unique;
}

GraphWriter::GraphWriter(const Network& network, const Settled& settled, Imported& result, Report& report)
    : network_(network),
      settled_(settled),
      result_(result),
      report_(report),
      into_(network.into()),
      out_of_(network.out_of()),
      shapes_(infer_shapes(network)),
      names_(network.nodes.size()),
      read_names_(network.nodes.size()) {}

void GraphWriter::write(const std::vector<std::size_t>& depth) {
  std::vector<std::size_t> order(network_.nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return depth[i]; });
  for (const std::size_t i : order) name(i);
  for (const std::size_t i : order) put(i);
  for (std::size_t i = 0; i < network_.nodes.size(); ++i)
    if (network_.nodes[i].is("Output") && !network_.nodes[i].is_inner) put_output(i);
}

std::string GraphWriter::text(const std::string& title, const std::string& weights_file) const {
  std::string json = "{\n  \"spikeloom\": 1,\n  \"name\": " + json_text(title) + ",\n";
  // The coefficients hold the step already; ms are for people, plots, and what is added by hand.
  json += "  \"dt\": " + json_double(settled_.dt * 1000) + ",\n";
  if (!result_.weights.empty()) json += "  \"tensors\": { \"w\": " + json_text(weights_file) + " },\n";
  return json + block("inputs", inputs_) + ",\n" + block("nodes", nodes_) + ",\n" +
         block("outputs", outputs_) + "\n}\n";
}

std::string GraphWriter::quoted(std::size_t i) const {
  return "'" + escaped(network_.nodes[i].path, Quotes::keep, 80) + "'";
}
void GraphWriter::wrong(std::size_t i, std::string what, std::string expected, std::string got) {
  report_.add(
      problem(network_.file, network_.nodes[i].place, std::move(what), std::move(expected), std::move(got)));
}
void GraphWriter::warn(std::size_t i, std::string what) {
  report_.add(warning(network_.file, network_.nodes[i].place, std::move(what)));
}
void GraphWriter::mismatch(std::size_t e, const Shape& given, const Shape& expected) {
  const Edge& edge = network_.edges[e];
  wrong(edge.to, quoted(edge.from) + " gives " + to_string(given) + ", " + quoted(edge.to) + " expects " +
                     to_string(expected));
}

bool GraphWriter::is_usable(std::size_t i, const Shape& shape) {
  if (!shape.empty() && shape.size() <= kMostAxes && checked_count(shape, kMostElements)) return true;
  wrong(i, "node " + quoted(i) + " has no shape that a sample can have",
        "1 to " + std::to_string(kMostAxes) + " extents of at least 1, at most 2^30 elements",
        shape.size() > kMostAxes ? std::to_string(shape.size()) + " extents" : to_string(shape));
  return false;
}

void GraphWriter::name(std::size_t i) {
  const Node& node = network_.nodes[i];
  if (node.is("Output") && !node.is_inner) return;
  names_[i] = read_names_[i] = taken_.fresh(node.path);
  if (settled_.late_spikes && is_neuron(node) && node.primitive->spikes)
    read_names_[i] = taken_.fresh(node.path + "_late");
}

/// A port of a nested graph that only hands on what it gets.
bool GraphWriter::is_alias(std::size_t i) const {
  if (!network_.nodes[i].is_inner || into_[i].size() != 1) return false;
  const auto& given = shapes_[network_.edges[into_[i][0]].from].output;
  return !given || *given == declared_shape(network_.nodes[i]);
}

GraphWriter::Origin GraphWriter::origin(std::size_t i, unsigned delay) {
  Origin at{i, delay};
  for (std::size_t steps = 0; is_alias(at.node); ++steps) {
    if (steps > network_.nodes.size()) {
      wrong(i, "node " + quoted(i) + " is on a loop that no node of a graph is on");
      return {i, delay};
    }
    const Edge& edge = network_.edges[into_[at.node][0]];
    at = {edge.from, at.delay + edge.delay};
  }
  return at;
}

std::string GraphWriter::reference(std::size_t e) {
  const Origin from = origin(network_.edges[e].from, network_.edges[e].delay);
  const std::string name = json_text(read_names_[from.node]);
  if (from.delay == 0) return name;
  return "{ \"node\": " + name + ", \"delay\": " + std::to_string(from.delay) + " }";
}

void GraphWriter::add_node(NodeText text, std::size_t labelled) {
  if (labelled < network_.nodes.size() && text.name != network_.nodes[labelled].path)
    text.put("label", json_text(network_.nodes[labelled].path));
  nodes_.push_back(line_of(text));
}

void GraphWriter::put(std::size_t i) {
  const Node& node = network_.nodes[i];
  if (node.is("Input") && !node.is_inner) {
    if (!into_[i].empty()) return wrong(i, "an edge leads into Input " + quoted(i));
    const Shape shape = declared_shape(node);
    if (is_usable(i, shape)) put_input(names_[i], node.path, shape);
    if (out_of_[i].empty()) warn(i, "nothing reads Input " + quoted(i) + " [unused-input]");
    return;
  }
  if (node.is("Output") && !node.is_inner) return;  // once everything has its place
  if (is_alias(i)) {
    origin(i, 0);
  } else {
    const std::vector<std::string> from = sources(i);
    if (from.empty()) return;
    node.is_inner ? put_port(i, from) : put_primitive(i, from);
  }
  if (out_of_[i].empty()) {
    warn(i, "nothing reads node " + quoted(i) + ", so it is an output [output-added]");
    const Origin from = origin(i, 0);
    if (from.delay == 0) add_output("output_" + node.path, json_text(read_names_[from.node]));
  }
}

void GraphWriter::put_input(const std::string& name, const std::string& label, const Shape& shape) {
  NodeText text{name, {}};
  text.put("shape", json_shape(shape));
  if (name != label) text.put("label", json_text(label));
  inputs_.push_back(line_of(text));
}

/// A port that sums, takes another shape, or is an input of the network.
void GraphWriter::put_port(std::size_t i, const std::vector<std::string>& from) {
  NodeText text{names_[i], {}};
  text.put("type", json_text(from.size() == 1 ? "reshape" : "add"));
  text.put("from", list(from));
  if (from.size() == 1) text.put("shape", json_shape(declared_shape(network_.nodes[i])));
  add_node(std::move(text), i);
}

void GraphWriter::put_primitive(std::size_t i, const std::vector<std::string>& from) {
  const Node& node = network_.nodes[i];
  NodeText text{names_[i], {}};
  const Place place{names_[i], result_.weights};
  const NodeContext context{settled_, network_.file, report_, result_.assumed};
  is_neuron(node) ? put_neuron(node, place, context, text) : put_layer(node, place, context, text);
  if (text.fields.empty()) return;  // reported
  text.fields.insert(text.fields.begin() + 1, {"from", list(from)});
  add_node(std::move(text), i);
  if (read_names_[i] == names_[i]) return;
  NodeText late{read_names_[i], {}};
  late.put("type", json_text("delay"));
  late.put("from", json_text(names_[i]));
  late.put("steps", "1");
  add_node(std::move(late), network_.nodes.size());
}

void GraphWriter::add_output(const std::string& path, std::string json) {
  outputs_.push_back(json_text(taken_outputs_.fresh(path)) + ": " + std::move(json));
}

void GraphWriter::put_output(std::size_t i) {
  const std::string& path = network_.nodes[i].path;
  if (into_[i].empty()) return wrong(i, "nothing leads to Output " + quoted(i));
  const Shape declared = declared_shape(network_.nodes[i]);
  std::vector<std::string> from;
  for (const std::size_t e : into_[i]) {
    const auto& given = shapes_[network_.edges[e].from].output;
    if (given && *given != declared) {
      if (!is_same_size(*given, declared)) return mismatch(e, *given, declared);
      warn(i, "Output " + quoted(i) + " says " + to_string(declared) + ", " + quoted(network_.edges[e].from) +
                  " gives " + to_string(*given) + ", which stays [shape]");
    }
    from.push_back(reference(e));
  }
  if (from.size() == 1 && from[0].starts_with('"')) return add_output(path, from[0]);
  // Outputs name one signal of this step.
  NodeText sum{taken_.fresh(path + "_sum"), {}};
  sum.put("type", json_text(from.size() == 1 ? "dropout" : "add"));
  sum.put("from", list(from));
  add_output(path, json_text(sum.name));
  add_node(std::move(sum), network_.nodes.size());
}

/// What node i reads, each in the shape that it expects; an input of the network where nothing leads to it.
std::vector<std::string> GraphWriter::sources(std::size_t i) {
  const std::optional<Shape>& expected = shapes_[i].input;
  if (into_[i].empty()) {
    if (!expected)
      wrong(i, "nothing leads to node " + quoted(i) + ", and how many neurons it has is not said");
    if (!expected || !is_usable(i, *expected)) return {};
    const std::string input = taken_.fresh("input_" + network_.nodes[i].path);
    warn(i, "nothing leads to node " + quoted(i) + ", so it is an input of the network [input-added]");
    put_input(input, input, *expected);
    return {json_text(input)};
  }
  std::vector<std::string> all;
  for (const std::size_t e : into_[i]) {
    const std::optional<Shape>& given = shapes_[network_.edges[e].from].output;
    std::string source = reference(e);
    if (given && expected && *given != *expected) {
      if (!is_same_size(*given, *expected)) {
        mismatch(e, *given, *expected);
        return {};
      }
      const std::size_t from = network_.edges[e].from;
      warn(i, quoted(from) + " gives " + to_string(*given) + " and is read as " + to_string(*expected) +
                  " by " + quoted(i) + " [shape]");
      NodeText reshape{taken_.fresh(names_[i] + "_in"), {}};
      reshape.put("type", json_text("reshape"));
      reshape.put("from", source);
      reshape.put("shape", json_shape(*expected));
      source = json_text(reshape.name);
      add_node(std::move(reshape), network_.nodes.size());
    }
    all.push_back(std::move(source));
  }
  return all;
}

}  // namespace spikeloom::nir
