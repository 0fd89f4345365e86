// NIR files as graphs.
#pragma once

#include "network.h"
#include "nir/import.h"

namespace spikeloom::tool {

/// The graph file that a NIR file becomes, with its weights as `weights_file`. Problems and what was guessed
/// go to `report`.
std::optional<nir::Imported> import_file(const std::filesystem::path& file, const std::string& weights_file,
                                         const NetworkOptions& options, Report& report);

/// The same, read at once: nothing is written.
std::unique_ptr<Graph> read_imported(const std::filesystem::path& file, const NetworkOptions& options,
                                     const GraphOptions& graph_options, Report& report,
                                     std::vector<std::string>& assumed);

}  // namespace spikeloom::tool
