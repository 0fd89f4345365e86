#include "nir/write_file.h"

#include "data/hdf5_tree.h"

namespace spikeloom::nir {
namespace {

data::Hdf5Array array_of(const Parameter& parameter, const Values& values) {
  if (!values.word.empty()) return data::Hdf5Array::text(values.word);
  switch (parameter.kind) {
    case Parameter::Kind::weight:
      return data::Hdf5Array::floats({values.numbers.begin(), values.numbers.end()}, values.shape);
    case Parameter::Kind::whole:
    case Parameter::Kind::padding:
      return data::Hdf5Array::wholes({values.numbers.begin(), values.numbers.end()}, values.shape);
    case Parameter::Kind::neuron:
    case Parameter::Kind::positive:
      break;
  }
  return data::Hdf5Array::numbers(values.numbers, values.shape);
}

}  // namespace

std::string file_of(const Network& network) {
  data::Hdf5Object root;
  root.dataset("version", data::Hdf5Array::text(network.version));
  data::Hdf5Object& graph = root.group("node");
  graph.dataset("type", data::Hdf5Array::text("NIRGraph"));
  std::vector<std::string> ends;
  for (const Edge& edge : network.edges) {
    ends.push_back(network.nodes[edge.from].path);
    ends.push_back(network.nodes[edge.to].path);
  }
  data::Hdf5Array edges = data::Hdf5Array::list(std::move(ends));
  edges.shape = {network.edges.size(), 2};
  graph.dataset("edges", std::move(edges));
  data::Hdf5Object& nodes = graph.group("nodes");
  for (const Node& node : network.nodes) {
    data::Hdf5Object& group = nodes.group(node.path);
    group.dataset("type", data::Hdf5Array::text(std::string(node.type())));
    for (const auto& [name, values] : node.values)
      group.dataset(name, array_of(*node.primitive->find(name), values));
  }
  return data::hdf5_bytes(root);
}

}  // namespace spikeloom::nir
