// A network becomes a NIR file, as far as NIR can say it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "graph/graph.h"
#include "model/model.h"
#include "nir/options.h"
#include "support/report.h"

namespace spikeloom::nir {

struct Exported {
  std::string bytes;               // of the file
  std::vector<std::string> notes;  // what NIR does not carry, one line each
  std::string import_again;  // options with which `import` gives the same network: "--dt 0.1 --from snntorch"
};

/// The file, or everything that NIR cannot say (ErrorKind::unsupported), by node.
std::optional<Exported> export_network(const Graph& graph, const Model& model, Report& report);

}  // namespace spikeloom::nir
