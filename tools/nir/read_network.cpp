// The tree of a file as a network.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>

#include "nir/network.h"
#include "support/text.h"

namespace spikeloom::nir {
namespace {

constexpr std::size_t kMostNodes = 100000, kMostEdges = 1000000;
constexpr double kMostWhole = 1 << 30;

std::string quoted(std::string_view name) {
  return "'" + escaped(name, Quotes::keep, 80) + "'";
}

class Reader {
 public:
  Reader(Network& network, Report& report) : network_(network), report_(report) {}

  void read(const hdf5::Object& root) {
    if (const auto* version = root.dataset("version"); version != nullptr && version->texts.size() == 1)
      network_.version = version->texts[0];
    const hdf5::Object* const node = root.find("node");
    if (node == nullptr || node->kind != hdf5::Object::Kind::group) {
      add("/node", "the file has no group 'node', in which NIR keeps its graph",
          "a file that nir.write has made", node == nullptr ? "" : hdf5::describe(*node));
      return;
    }
    const std::string type = type_of(*node, "/node");
    if (type.empty()) return;
    if (type == "NIRGraph") {
      graph(*node, "/node", "", false);
    } else if (network_.nodes.emplace_back(); !single(*node, type, "/node", "node", false)) {
      network_.nodes.pop_back();
    }
  }

 private:
  /// What an edge may mean when it names a node.
  struct Ports {
    std::vector<std::size_t> entries, exits;
    bool is_mistake = true;  ///< which was reported; edges say no more of it
  };
  using Named = std::map<std::string, Ports>;

  void add(const std::string& place, std::string what, std::string expected = {}, std::string got = {},
           std::string hint = {}) {
    report_.add(
        problem(network_.file, place, std::move(what), std::move(expected), std::move(got), std::move(hint)));
  }

  /// Empty if the node has none, which was reported then.
  std::string type_of(const hdf5::Object& node, const std::string& place) {
    const hdf5::Array* const type = node.dataset("type");
    const bool is_word = type != nullptr && type->type == hdf5::Type::text && type->texts.size() == 1;
    if (is_word && !type->texts[0].empty()) return type->texts[0];
    add(place + "/type", "the node has no type", "a string, such as \"LIF\"",
        is_word           ? "\"\""
        : type == nullptr ? ""
                          : hdf5::describe(*type));
    return {};
  }

  Ports graph(const hdf5::Object& group, const std::string& place, const std::string& prefix, bool is_inner) {
    Ports ports;
    const std::size_t before = report_.errors();
    const hdf5::Object* const nodes = group.find("nodes");
    const hdf5::Array* const edges = group.dataset("edges");
    if (edges == nullptr)
      add(place + "/edges", "the graph has no edges", "a dataset of pairs of node names",
          group.find("edges") == nullptr ? "" : hdf5::describe(*group.find("edges")));
    if (nodes == nullptr || nodes->kind != hdf5::Object::Kind::group) {
      add(place + "/nodes", "the graph has no nodes", "a group with a group for each node");
      return ports;
    }
    Named named;
    for (const auto& [name, child] : nodes->children) {
      const std::string at = place + "/nodes/" + name;
      if (child.kind != hdf5::Object::Kind::group) {
        add(at, "a node must be a group", "a group with 'type' and parameters", hdf5::describe(child));
        named[name];
        continue;
      }
      named[name] = member(child, at, prefix + name, is_inner, ports);
    }
    if (edges != nullptr) read_edges(*edges, place + "/edges", named);
    if (report_.errors() > before) return {};
    ports.is_mistake = false;
    return ports;
  }

  Ports member(const hdf5::Object& child, const std::string& place, const std::string& path, bool is_inner,
               Ports& of_graph) {
    const std::string type = type_of(child, place);
    if (type.empty()) return {};
    if (type == "NIRGraph") return graph(child, place, path + "/", true);
    if (network_.nodes.size() >= kMostNodes) {
      add(place, "the graph has too many nodes", "at most " + std::to_string(kMostNodes));
      return {};
    }
    network_.nodes.emplace_back();
    if (!single(child, type, place, path, is_inner)) {
      network_.nodes.pop_back();
      return {};
    }
    const std::size_t index = network_.nodes.size() - 1;
    if (type == "Input") of_graph.entries.push_back(index);
    if (type == "Output") of_graph.exits.push_back(index);
    return {{index}, {index}, false};
  }

  /// Fills the last node.
  bool single(const hdf5::Object& group, const std::string& type, const std::string& place,
              const std::string& path, bool is_inner) {
    Node& node = network_.nodes.back();
    node.path = path;
    node.place = place;
    node.primitive = find_primitive(type);
    if (node.primitive == nullptr) {
      std::vector<std::string> known = {"NIRGraph"};
      for (const Primitive& p : primitives()) known.emplace_back(p.type);
      const std::string near = nearest_name(type, known);
      add(place + "/type", "node " + quoted(path) + " is of a type that NIR does not have",
          listed(known, "or", 20), "\"" + escaped(type, Quotes::keep, 80) + "\"",
          near.empty() ? "" : "did you mean '" + near + "'?");
      return false;
    }
    node.is_inner = is_inner && (type == "Input" || type == "Output");
    const std::size_t before = report_.errors();
    for (const Parameter& parameter : node.primitive->parameters) read_parameter(group, parameter, node);
    for (const auto& [name, child] : group.children)
      if (name != "type" && name != "metadata" && name != "input_type" && name != "output_type" &&
          node.primitive->find(name) == nullptr)
        report_.add(warning(network_.file, place + "/" + name,
                            "node " + quoted(path) + " of type " + type + " has no parameter " +
                                quoted(name) + "; it is ignored [unknown-parameter]"));
    if (report_.errors() == before) check_shapes(node);
    return report_.errors() == before;
  }

  void read_parameter(const hdf5::Object& group, const Parameter& parameter, Node& node) {
    const std::string name(parameter.name), place = node.place + "/" + name;
    const std::string of = quoted(name) + " of node " + quoted(node.path);
    const hdf5::Object* const child = group.find(name);
    if (child == nullptr) {
      if (!parameter.is_optional)
        add(place, "node " + quoted(node.path) + " has no " + quoted(name) + ", which " +
                       std::string(node.type()) + " needs");
      return;
    }
    Values values;
    values.place = place;
    if (child->kind != hdf5::Object::Kind::dataset || !child->array.has_values || child->array.is_ragged ||
        (child->array.type == hdf5::Type::text && parameter.kind != Parameter::Kind::padding)) {
      add(place, of + " must be an array of numbers", "", hdf5::describe(*child));
      return;
    }
    const hdf5::Array& array = child->array;
    if (array.type == hdf5::Type::text) {
      if (array.texts.size() != 1 || (array.texts[0] != "same" && array.texts[0] != "valid")) {
        add(place, of + " is not a padding", "numbers, \"same\" or \"valid\"",
            array.texts.size() == 1 ? "\"" + escaped(array.texts[0], Quotes::keep, 40) + "\""
                                    : hdf5::describe(array));
        return;
      }
      values.word = array.texts[0];
    } else if (!read_numbers(array, parameter, of, values)) {
      return;
    }
    node.values.emplace(name, std::move(values));
  }

  bool read_numbers(const hdf5::Array& array, const Parameter& parameter, const std::string& of,
                    Values& values) {
    values.shape = array.shape;
    const std::size_t count = array.count();
    if (count == 0 || array.shape.size() > 8) {
      add(values.place, of + (count == 0 ? " is empty" : " has too many axes"), "", hdf5::describe(array));
      return false;
    }
    values.numbers.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
      const double value = array.number(i);
      const std::string at = values.shape.empty() ? "" : " at " + place_of(i, values.shape);
      const auto wrong = [&](const char* what, const char* expected) {
        add(values.place, of + what + at, expected, std::isnan(value) ? "NaN" : number_text(value));
        return false;
      };
      if (!std::isfinite(value)) return wrong(" is not finite", "a finite number");
      if (std::abs(value) > 3.4028234663852886e38) return wrong(" is beyond float32", "at most 3.4e38");
      if (parameter.kind == Parameter::Kind::positive && !(value > 0))
        return wrong(" is not positive", "a number above 0");
      const bool is_whole =
          parameter.kind == Parameter::Kind::whole || parameter.kind == Parameter::Kind::padding;
      if (is_whole && (value != std::floor(value) || std::abs(value) > kMostWhole))
        return wrong(" is not a whole number", "a whole number");
      values.numbers.push_back(value);
    }
    return true;
  }

  static std::string number_text(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
  }

  /// Parameters of one neuron have one shape, or are one number.
  void check_shapes(const Node& node) {
    const Values* first = nullptr;
    for (const auto& [name, values] : node.values) {
      const Parameter* const parameter = node.primitive->find(name);
      if (parameter->kind != Parameter::Kind::neuron && parameter->kind != Parameter::Kind::positive)
        continue;
      if (values.is_one()) continue;
      if (first == nullptr) first = &values;
      if (values.shape != first->shape) {
        const auto short_name = [](const Values& v) {
          return quoted(v.place.substr(v.place.rfind('/') + 1));
        };
        add(values.place, "parameters of node " + quoted(node.path) + " have different shapes",
            short_name(*first) + " has " + to_string(first->shape),
            short_name(values) + " has " + to_string(values.shape));
        return;
      }
    }
  }

  void read_edges(const hdf5::Array& array, const std::string& place, const Named& named) {
    const bool is_empty = std::ranges::find(array.shape, 0u) != array.shape.end();
    if (is_empty) return;
    if (array.type != hdf5::Type::text || array.shape.size() != 2 || array.shape[1] != 2) {
      add(place, "edges must be pairs of node names", "strings [edges, 2]", hdf5::describe(array));
      return;
    }
    if (array.texts.size() / 2 > kMostEdges) {
      add(place, "the graph has too many edges", "at most " + std::to_string(kMostEdges),
          std::to_string(array.texts.size() / 2));
      return;
    }
    std::vector<std::string> names;
    for (const auto& [name, ports] : named) names.push_back(name);
    for (std::size_t i = 0; i + 1 < array.texts.size(); i += 2) {
      const Ports* ends[2] = {};
      for (std::size_t side = 0; side < 2; ++side) {
        const std::string& name = array.texts[i + side];
        const auto found = named.find(name);
        if (found != named.end()) {
          ends[side] = &found->second;
          continue;
        }
        // Looking for a near name takes time: not for each of a million.
        constexpr std::size_t most_hints = 10;
        const std::string near = ++unknown_names_ <= most_hints ? nearest_name(name, names) : "";
        add(place,
            "edge " + quoted(array.texts[i]) + " -> " + quoted(array.texts[i + 1]) +
                " names a node that does not exist",
            "", quoted(name), near.empty() ? "" : "did you mean '" + escaped(near) + "'?");
      }
      if (ends[0] != nullptr && ends[1] != nullptr)
        join(*ends[0], *ends[1], place, quoted(array.texts[i]) + " -> " + quoted(array.texts[i + 1]));
    }
  }

  void join(const Ports& from, const Ports& to, const std::string& place, const std::string& edge) {
    if (from.is_mistake || to.is_mistake) return;
    if (!is_one_port(from.exits, "Output", place, edge) || !is_one_port(to.entries, "Input", place, edge))
      return;
    if (seen_.emplace(from.exits[0], to.entries[0]).second)
      network_.edges.push_back({from.exits[0], to.entries[0], 0});
    else
      report_.add(
          warning(network_.file, place, "edge " + edge + " is there twice and counts once [duplicate-edge]"));
  }

  /// A node has one port of each direction; a nested graph has its Inputs and Outputs. The format allows
  /// several of them, but its edges cannot say which they mean.
  bool is_one_port(const std::vector<std::size_t>& ports, const std::string& type, const std::string& place,
                   const std::string& edge) {
    if (ports.size() == 1) return true;
    const std::string expected = "a nested graph with one " + type;
    if (ports.empty()) {
      add(place, "edge " + edge + " meets a graph without " + type, expected);
      return false;
    }
    Diagnostic d = problem(network_.file, place, "edge " + edge + " does not say which " + type + " it means",
                           expected, counted(ports.size(), type));
    d.kind = ErrorKind::unsupported;
    report_.add(std::move(d));
    return false;
  }

  Network& network_;
  Report& report_;
  std::set<std::pair<std::size_t, std::size_t>> seen_;
  std::size_t unknown_names_ = 0;
};

}  // namespace

std::optional<Network> read_network(const hdf5::Object& root, const std::string& file, Report& report) {
  Network network;
  network.file = file;
  const std::size_t before = report.errors();
  Reader(network, report).read(root);
  if (report.errors() > before) return std::nullopt;
  if (network.nodes.empty()) {
    report.add(problem(file, "/node/nodes", "the graph has no nodes"));
    return std::nullopt;
  }
  return network;
}

}  // namespace spikeloom::nir
