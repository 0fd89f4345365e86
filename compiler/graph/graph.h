// A graph file as written: names and references are resolved to text form, tensors are found and read,
// nothing is typed. Comes in: JSON text and the folder of its tensors. Goes out: Graph. Must not know what
// any node type means.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graph/tensor.h"
#include "json/json.h"

namespace spikeloom {

/// "lif1", "lif1.mem", "lif1[0:16]", "inst/lif1", with an optional delay.
struct Reference {
  json::Value place;                                         // for diagnostics
  std::string node;                                          // full path
  std::string state;                                         // "" for the main output
  std::optional<std::pair<std::size_t, std::size_t>> slice;  // [first, end) of the row-major flat neurons
  std::uint64_t delay = 0;                                   // steps
};

/// What reaches one port, or the operands of a layer: summed (or taken) in order.
struct PortInputs {
  std::string port;  // "" when `from` was a reference or a list
  json::Value place;
  std::vector<Reference> references;
};

struct GraphInput {
  std::string name, label;
  json::Value place;
  Shape shape;
  bool constant = false;  // "time": "constant"; else "varying" (the default)
};

struct GraphNode {
  std::string name;  // full path
  std::string type, label;
  json::Value place;             // the node's object; its own fields are read by the layer or neuron
  std::vector<PortInputs> from;  // empty: a source
  bool broken = false;           // something in it was reported; what depends on it is not
  bool is_sum = false;           // not in the file: the list that an input of a module gets, as one value
  std::int32_t use = -1;         // of Graph::uses: the module that it is in; -1: none
};

/// One use of a module; the names of the nodes in it begin with its own.
struct GraphUse {
  std::string name;  // full path: "inst", or "outer/inst" inside another use
  std::string module, label;
  json::Value place;
  std::map<std::string, json::Value> with;  // tensors by the names that the module has for them
  std::vector<std::pair<std::string, Reference>> outputs;
};

/// An input of a module that says which shape it wants, at one of its uses.
struct GraphExpectation {
  std::string use, input;
  Reference given;
  Shape shape;
};

struct GraphOutput {
  std::string name;
  Reference reference;
};

/// Tensor files that were never written: their bytes by name. An imported network has its weights here.
using TensorMemory = std::shared_ptr<const std::map<std::string, std::string>>;

struct Graph {
  std::shared_ptr<const json::Document> document;
  std::string file, name;
  std::optional<double> dt;  // ms; absent: 1, and units of time may not be used
  std::uint64_t seed = 0;
  std::map<std::string, std::string> tensors;  // aliases
  std::vector<GraphInput> inputs;
  std::vector<GraphNode> nodes;  // in the order of the file, modules expanded where they are used
  std::vector<GraphOutput> outputs;
  std::vector<GraphUse> uses;  // a use before those inside it
  std::vector<GraphExpectation> expectations;
  json::Value neurons;  // the "neurons" object, or absent
  TensorSource source;
  TensorMemory memory;  // looked at before the folder of the source

  /// What stands for a tensor in a node of this use: its module may have a name for it.
  json::Value tensor_meant(json::Value value, std::int32_t use) const;
  std::string print() const;  // for --dump=graph
};

struct GraphOptions {
  json::Limits json;
  TensorLimits tensors;
  bool tensors_anywhere = false;     // allow paths out of the graph's folder
  std::size_t nodes = 100000;        // modules expanded
  std::size_t references = 1000000;  // of all nodes together
  TensorMemory memory;               // tensor files that were never written
};

/// Problems go to `report`; what could be read is returned even then (for further checks), null if the text
/// is not JSON.
std::unique_ptr<Graph> read_graph(std::string_view text, const std::string& file,
                                  const std::filesystem::path& folder, const GraphOptions& options,
                                  Report& report);
/// Opens the file itself first; its folder is the folder of the tensors.
std::unique_ptr<Graph> read_graph_file(const std::filesystem::path& path, const GraphOptions& options,
                                       Report& report);

/// The tensor a value names: number, nested array, "file.npy", "file.npz:name", "file.safetensors:name",
/// "alias:name" or a generator object. Values are float32 and finite. Reports what is wrong and returns
/// nothing.
std::optional<Tensor> read_tensor(json::Value value, const Graph& graph, Report& report);

/// A duration in steps from "x" (steps) or "x_ms" (needs dt): nearest whole number, halves up; warns if it is
/// off by more than 1e-3 of a step.
std::optional<std::uint64_t> steps_of_ms(json::Value value, double milliseconds, const Graph& graph,
                                         Report& report);

/// Parses "lif1.mem" and "lif1[0:16]" (also used by --record); an empty `node` means it is not a reference.
Reference parse_reference(std::string_view text);

}  // namespace spikeloom
