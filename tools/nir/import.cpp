// A NIR file on one page: read, settle what it leaves open, cut its loops, write a graph.
#include "nir/import.h"

#include <filesystem>

#include "nir/graph_writer.h"
#include "nir/loops.h"
#include "nir/network.h"
#include "nir/settle.h"
#include "support/text.h"

namespace spikeloom::nir {

std::optional<Imported> import_tree(const hdf5::Object& root, const std::string& file,
                                    const std::string& weights_file, const Options& options, Report& report) {
  const std::size_t before = report.errors();
  std::optional<Network> network = read_network(root, file, report);
  if (!network) return std::nullopt;
  Imported result;
  const Settled settled = settle(options, *network, result.assumed);
  std::vector<std::string> loops;
  const std::vector<std::size_t> depth = cut_loops(*network, settled.loop_cut, loops, report);
  if (!loops.empty() && !options.loop_cut)
    result.assumed.push_back("in loops, late by a step is " + listed(loops, "and", 4) + " (--loop-cut " +
                             name_of(settled.loop_cut) + ")");
  GraphWriter writer(*network, settled, result, report);
  writer.write(depth);
  if (report.errors() > before) return std::nullopt;
  result.graph = writer.text(std::filesystem::path(file).stem().string(), weights_file);
  result.summary = (network->version.empty() ? "NIR" : "NIR " + escaped(network->version, Quotes::keep, 20)) +
                   ", " + counted(network->nodes.size(), "node") + ", " +
                   counted(network->edges.size(), "edge");
  return result;
}

}  // namespace spikeloom::nir
