// A NIR file becomes a graph file and its weights.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "arrays/array.h"
#include "hdf5/tree.h"
#include "nir/options.h"
#include "support/report.h"

namespace spikeloom::nir {

struct Imported {
  std::string graph;                      // JSON; names its weights as `weights_file`
  std::map<std::string, Tensor> weights;  // may be empty
  std::vector<std::string> assumed;       // what the file does not say, one line each
  std::string summary;                    // "NIR 1.0.8, 5 nodes, 6 edges"
};

/// Errors and warnings go to `report`; nothing is returned after an error. `file` is for messages.
std::optional<Imported> import_tree(const hdf5::Object& root, const std::string& file,
                                    const std::string& weights_file, const Options& options, Report& report);

}  // namespace spikeloom::nir
