// Any tree as a NIR file: what it becomes must be a graph file that can be read, right or wrong.
#include <cstdint>
#include <memory>

#include "arrays/safetensors.h"
#include "fuzz/tree.h"
#include "graph/graph.h"
#include "model/build.h"
#include "nir/import.h"
#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  if (size < 2) return 0;
  // Two bytes choose the options, the rest is a tree as the other process would hand it over.
  nir::Options options;
  if (data[0] & 1) options.dt = 1e-3;
  if (data[0] & 2) options.integrator = nir::Integrator::exact;
  if (data[0] & 4) options.loop_cut = nir::LoopCut::weight;
  if (data[0] & 8) options.reset = static_cast<nir::Reset>(data[0] >> 4 & 3);
  options.from = static_cast<nir::Framework>(data[1] % 7);
  const auto tree = answered_tree({data + 2, size - 2}, 1 << 20);
  if (!tree) return 0;
  Report report;
  const auto imported = nir::import_tree(*tree, "model.nir", "w.safetensors", options, report);
  SPIKELOOM_CHECK(imported.has_value() == report.ok(), "fuzz", "neither a network nor an error");
  if (!imported) return 0;

  auto files = std::make_shared<std::map<std::string, std::string>>();
  files->emplace("w.safetensors", safetensors_bytes(imported->weights));
  GraphOptions graph_options;
  graph_options.memory = files;
  graph_options.tensors.elements = 1 << 20;
  Report of_graph;
  const auto graph = read_graph(imported->graph, "model.json", "", graph_options, of_graph);
  SPIKELOOM_CHECK(graph != nullptr, "fuzz", "what was written is not JSON");
  for (const Diagnostic& d : of_graph.diagnostics())
    SPIKELOOM_CHECK(d.what.find("unknown field") == std::string::npos, "fuzz",
                    "a field that graphs do not have");
  ModelLimits model_limits;
  const auto model = build_model(*graph, model_limits, of_graph);
  return 0;
}
