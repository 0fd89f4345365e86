#include "imported.h"

#include "arrays/safetensors.h"
#include "hdf5/read.h"

namespace spikeloom::tool {

std::optional<nir::Imported> import_file(const std::filesystem::path& file, const std::string& weights_file,
                                         const NetworkOptions& options, Report& report) {
  const auto root = hdf5::read(file, {{"/"}}, {.helper = options.hdf5});
  if (!root) {
    report.add(root.error());
    return std::nullopt;
  }
  return nir::import_tree(*root, file.string(), weights_file, options.nir, report);
}

std::unique_ptr<Graph> read_imported(const std::filesystem::path& file, const NetworkOptions& options,
                                     const GraphOptions& graph_options, Report& report,
                                     std::vector<std::string>& assumed) {
  const std::string weights_file = "weights.safetensors";
  auto imported = import_file(file, weights_file, options, report);
  if (!imported) return nullptr;
  assumed = std::move(imported->assumed);
  auto files = std::make_shared<std::map<std::string, std::string>>();
  files->emplace(weights_file, safetensors_bytes(imported->weights));
  GraphOptions with_memory = graph_options;
  with_memory.memory = std::move(files);
  return read_graph(imported->graph, file.string(), file.parent_path(), with_memory, report);
}

}  // namespace spikeloom::tool
