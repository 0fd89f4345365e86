// The network while it is being typed: nodes of the file and the implicit ones, references resolved to
// indices, shapes known or not (yet). Inside this room only.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "equations/neuron.h"
#include "graph/graph.h"
#include "layers/builder.h"
#include "model/build.h"

namespace spikeloom::draft {

inline constexpr std::size_t kMostRank = 8;                        // axes of a sample
inline constexpr std::uint64_t kMostDelay = 1'000'000;             // steps
inline constexpr std::size_t kMostNeurons = std::size_t{1} << 30;  // of one node

/// 'name', escaped.
inline std::string in_quotes(std::string_view name) {
  return "'" + json::escape(name) + "'";
}

/// What the word under "type" means; both null if it means nothing (which was reported).
struct NodeType {
  const LayerKind* layer = nullptr;
  std::shared_ptr<const NeuronModel> neuron;
  explicit operator bool() const { return layer || neuron; }
};

/// A reference. `known` is false if it was reported: then it has no shape, and that is no news.
struct Input {
  bool known = false;
  Source source;  // Signal::index counts draft nodes
  json::Value place;
  std::string name;
};

struct Node {
  enum class What { node, sum, slice, largest, sequence } what = What::node;
  const GraphNode* given = nullptr;  // of an implicit one: the node (if any) that made it
  std::string name;
  json::Value place;
  NodeType type;
  std::vector<std::vector<Input>> ports;  // of a layer: one, its inputs or operands
  std::size_t first = 0, count = 0;       // of a slice
  bool settled = false;                   // built, or given up
  std::optional<Shape> shape;
  std::optional<NodeKind> kind;
  std::size_t fixed_batch = 0;  // of initial states
  json::Value fixed_batch_place;
};

struct Network {
  const Graph* graph = nullptr;
  Report* report = nullptr;
  std::map<std::string, std::shared_ptr<const NeuronModel>> own;  // null: broken, and reported
  std::map<std::string, std::uint32_t> inputs, named;             // by name: index of inputs, of nodes
  std::deque<Node> nodes;  // a deque: nodes stay where they are when implicit ones are added
  std::vector<std::pair<std::string, Input>> outputs;
  std::vector<std::pair<std::string, Input>> instances;  // outputs of uses by name
  std::vector<Input> expected;                           // by Graph::expectations
  std::set<std::string> told;                            // at nodes in modules, without the name of the use
  TensorCache tensors;
  std::map<std::string, Cell> cells;  // by model and choice: most neurons of a network are alike
  ElementBudget budget;

  float dt() const { return static_cast<float>(graph->dt.value_or(1.0)); }
  std::optional<Shape> shape_of(const Input& input) const;
  /// Reports what was found at a node of `use`. What uses of one module have in common is told once.
  void tell(std::int32_t use, const Diagnostic& d);
};

/// What a node of `use` calls `name`: without the name of the use.
std::string local_name(const Graph& graph, std::int32_t use, const std::string& name);

// --- types.cpp: what "type" may say ---
void read_own_neurons(Network& net);
/// Modules may not be called as another type.
void check_module_names(Network& net);
/// Reports a word that means nothing.
NodeType find_type(Network& net, const GraphNode& node);

// --- resolve.cpp: references to indices; makes the implicit nodes ---
void resolve(Network& net);

// --- shapes.cpp: builds every node once what it needs is known ---
void settle(Network& net);

// --- largest.cpp ---
/// Makes the nodes that give `largest` of what the node reads, and lets the last port of its cell read them.
void add_largest(Network& net, Node& node, LargestOf largest, Report& report);

// --- neurons.cpp ---
/// Builds a neuron node, with all its problems in `report`; before the `last` time only its shape counts.
void build_neuron(Network& net, Node& node, bool last, Report& report);

// --- order.cpp: draft to model ---
/// Every undelayed source before its reader; nothing if a cycle has no delay (reported).
std::optional<std::vector<std::uint32_t>> execution_order(Network& net);

}  // namespace spikeloom::draft
