#include "property/random_modules.h"

#include <map>
#include <set>
#include <vector>

namespace spikeloom::property {
namespace {

using Json = nlohmann::ordered_json;

/// The node or use that a reference begins with, and what follows: "/inner.mem[0:4]".
std::pair<std::string, std::string> divided(const std::string& reference) {
  const std::size_t end = std::min(reference.find_first_of("/.["), reference.size());
  return {reference.substr(0, end), reference.substr(end)};
}

/// Calls `visit` with every text in `from` that is a reference, which it may change.
template <class Visit>
void for_each_reference(Json& from, const Visit& visit) {
  if (from.is_string()) {
    visit(from);
  } else if (from.is_object() && from.contains("node")) {
    visit(from["node"]);
  } else {
    for (Json& part : from) for_each_reference(part, visit);
  }
}

class Mover {
 public:
  Mover(Dice& dice, Json& graph, const std::string& name) : dice_(dice), graph_(graph), name_(name) {}

  void move(bool twice) {
    choose();
    for (const char* part : {"inputs", "nodes", "outputs"}) module_[part] = Json::object();
    Json rest = Json::object();
    for (auto& [node, value] : graph_["nodes"].items())
      (moved_.contains(node) ? module_["nodes"] : rest)[node] = std::move(value);
    for (auto& [node, value] : module_["nodes"].items()) {
      if (value.contains("from")) for_each_reference(value["from"], [&](Json& text) { inward(text); });
      name_tensors(value);
    }
    const std::string use = name_ + "-1";
    for (auto& [node, value] : rest.items())
      if (value.contains("from")) for_each_reference(value["from"], [&](Json& text) { outward(text, use); });
    for (auto& [output, text] : graph_["outputs"].items()) outward(text, use);
    // What the module itself is given may lie behind its own nodes.
    Json instance{{"type", name_}};
    if (!given_.empty()) instance["from"] = given_;
    if (!with_.empty()) instance["with"] = with_;
    for (std::size_t i = dice_.below(rest.size() + 1), at = 0; auto& [node, value] : rest.items())
      if (at++ < i) nodes_[node] = std::move(value);
    nodes_[use] = instance;
    if (twice) nodes_[name_ + "-2"] = instance;
    for (auto& [node, value] : rest.items())
      if (!nodes_.contains(node)) nodes_[node] = std::move(value);
    graph_["nodes"] = nodes_;
    graph_["modules"][name_] = module_;
  }

 private:
  void choose() {
    std::vector<std::string> all;
    for (const auto& [node, value] : graph_["nodes"].items()) all.push_back(node);
    moved_.insert(dice_.of(all));
    for (const std::string& node : all)
      if (dice_.chance(0.4)) moved_.insert(node);
  }

  /// Of a node in the module: what lies outside is read through an input.
  void inward(Json& text) {
    const auto [first, rest] = divided(text.get<std::string>());
    if (moved_.contains(first)) return;
    // A state or an inner node is chosen outside, a slice on either side.
    const std::size_t slice = rest.find('[');
    const bool inside = slice != std::string::npos && dice_.chance(0.5);
    const std::string outside = first + (inside ? rest.substr(0, slice) : rest);
    auto& input = inputs_[outside];
    if (input.empty()) {
      input = "given" + std::to_string(inputs_.size());
      given_[input] = outside;
      module_["inputs"][input] = Json::object();
    }
    text = input + (inside ? rest.substr(slice) : "");
  }

  /// Of a node outside: what is in the module is read by its path or through an output.
  void outward(Json& text, const std::string& use) {
    const auto [first, rest] = divided(text.get<std::string>());
    if (!moved_.contains(first)) return;
    if (dice_.chance(0.5)) {
      text = use + "/" + text.get<std::string>();
      return;
    }
    const std::size_t slice = rest.find('[');
    const std::string inside = first + rest.substr(0, slice);
    auto& output = outputs_[inside];
    if (output.empty()) {
      output = "out" + std::to_string(outputs_.size());
      module_["outputs"][output] = inside;
    }
    text = use + "." + output + (slice == std::string::npos ? "" : rest.substr(slice));
  }

  void name_tensors(Json& node) {
    for (const char* field : {"weight", "bias", "scale", "beta", "threshold"})
      if (node.contains(field) && (node[field].is_array() || node[field].is_number()) && dice_.chance(0.3) &&
          node["type"] != "latency") {
        const std::string tensor = "t" + std::to_string(with_.size());
        with_[tensor] = node[field];
        node[field] = tensor;
      }
  }

  Dice& dice_;
  Json& graph_;
  std::string name_;
  std::set<std::string> moved_;
  std::map<std::string, std::string> inputs_, outputs_;  // by what they stand for
  Json module_ = Json::object(), nodes_ = Json::object(), given_ = Json::object(), with_ = Json::object();
};

}  // namespace

void move_into_module(Dice& dice, Json& graph, const std::string& name, bool twice) {
  Mover(dice, graph, name).move(twice);
}

}  // namespace spikeloom::property
