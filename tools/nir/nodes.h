// What one node of NIR is in a graph file: its type and fields, without `from`.
#pragma once

#include <functional>
#include <map>

#include "nir/network.h"
#include "nir/options.h"
#include "nir/shapes.h"
#include "nir/text.h"

namespace spikeloom::nir {

/// Where values of a node go: a number if they are one, else the weights.
struct Place {
  std::string name;  // of the node in the graph
  std::map<std::string, Tensor>& weights;

  /// JSON for values of this shape, each rounded once to float32.
  std::string put(const std::string& parameter, const Shape& shape, const std::vector<double>& numbers) const;
};

struct NodeContext {
  const Settled& settled;
  const std::string& file;
  Report& report;
  std::vector<std::string>& assumed;
};

/// Affine to Threshold. Shapes that do not fit are reported by who reads the graph.
void put_layer(const Node& node, const Place& place, const NodeContext& context, NodeText& text);

/// I to CubaLIF.
void put_neuron(const Node& node, const Place& place, const NodeContext& context, NodeText& text);

/// Of a current, the share that reaches the membrane in a step of the exact solution; seconds.
double exact_share(double r, double dt, double tau_mem, double tau_syn);

}  // namespace spikeloom::nir
