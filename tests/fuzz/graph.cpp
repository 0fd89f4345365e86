// Any text as a graph: read, typed, every tensor of it read.
#include "graph/graph.h"
#include "model/build.h"
#include "support/check.h"

namespace {

using namespace spikeloom;

// Small, so that an input costs milliseconds; the limits are what is tested, not how much they allow.
const GraphOptions kOptions{.json = {.bytes = 1u << 16, .depth = 32, .values = 1u << 14},
                            .tensors = {.elements = 1u << 14, .file_bytes = 1u << 16},
                            .nodes = 200};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Report report;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto graph = read_graph(text, "fuzz.json", "no such folder", kOptions, report);
  if (graph) {
    const auto model = build_model(*graph, {.elements = 1u << 18}, report);
    SPIKELOOM_CHECK(model.has_value() == report.ok(), "fuzz",
                    "a model without a reason, or a reason with a model");
    if (model) verify(*model);
    // Whatever else could stand for a tensor.
    for (const GraphNode& node : graph->nodes)
      for (std::size_t i = 0; i < node.place.size(); ++i) read_tensor(node.place[i], *graph, report);
  }
  const Error error = report.error();
  SPIKELOOM_CHECK(report.ok() || !error.text().empty(), "fuzz", "an error without text");
  return 0;
}
