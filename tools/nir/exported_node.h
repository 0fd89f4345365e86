// One node of a graph as a primitive of NIR.
#pragma once

#include <set>

#include "graph/graph.h"
#include "model/model.h"
#include "nir/network.h"
#include "nir/options.h"

namespace spikeloom::nir {

/// What all nodes of a file have to agree on, because NIR does not carry it.
struct Meanings {
  double dt = 1e-4;  // seconds
  std::set<Reset> resets;
  bool has_filters = false;    // v = beta v + x: `--from snntorch` reads them so
  bool has_equations = false;  // nir_*: read so without it
  bool has_exact = false, has_euler = false;
  std::vector<std::string> notes;
};

/// Sets primitive and values of `into`; false if NIR cannot say it, which is reported.
bool export_node(const GraphNode& given, const Model& model, std::size_t index, Node& into,
                 Meanings& meanings, Report& report);

/// ErrorKind::unsupported at the node.
void cannot(const GraphNode& given, const std::string& why, Report& report, const std::string& hint = {});

}  // namespace spikeloom::nir
