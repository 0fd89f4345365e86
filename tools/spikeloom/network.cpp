#include "network.h"

#include <algorithm>

#include "imported.h"
#include "model/build.h"
#include "support/report.h"
#include "support/text.h"

namespace spikeloom::tool {

bool is_nir(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
  return ending == ".nir";
}

Network read_network(const std::filesystem::path& file, const NetworkOptions& options) {
  Network network;
  network.file = file.string();
  Report report;
  GraphOptions graph_options;
  graph_options.tensors_anywhere = options.tensors_anywhere;
  network.graph = timed(&network.times, "graph", [&] {
    return is_nir(file) ? read_imported(file, options, graph_options, report, network.assumed)
                        : read_graph_file(file, graph_options, report);
  });
  if (network.graph != nullptr)
    network.model =
        timed(&network.times, "model", [&] { return build_model(*network.graph, ModelLimits{}, report); });
  network.problems = report.error().diagnostics;
  // An imported graph was never a file with lines.
  if (is_nir(file))
    for (Diagnostic& d : network.problems) d.line = d.column = 0;
  if (!report.ok()) network.model.reset();
  return network;
}

double Network::load_seconds() const {
  double seconds = 0;
  for (const StageTime& stage : times) seconds += stage.seconds;
  return seconds;
}

Result<Network> load_network(const std::filesystem::path& file, const NetworkOptions& options) {
  Network network = read_network(file, options);
  if (!network.model) return Error(std::move(network.problems));
  return network;
}

void drop_weights(Model& model) {
  for (ModelNode& node : model.nodes)
    if (auto* linear = std::get_if<Linear>(&node.kind))
      linear->weight = std::make_shared<Tensor>(Tensor{linear->weight->shape, {}});
}

Result<Selection> select(const Model& model, const std::string& text) {
  const Reference reference = parse_reference(text);
  const auto refused = [&](std::string what, std::string hint) {
    return Error(ErrorKind::usage, std::move(what), std::move(hint));
  };
  if (reference.node.empty())
    return refused("'" + escaped(text) + "' is not a signal", "write lif1, lif1.mem or lif1[0:16]");
  Selection selection;
  selection.text = text;
  const std::string name = reference.state.empty() ? reference.node : reference.node + "." + reference.state;
  std::string near;
  if (!model.find(name, selection.of, &near))
    return refused("the network has no signal '" + escaped(name) + "'",
                   near.empty() ? "spikeloom describe lists them" : "did you mean '" + near + "'?");
  selection.signal = model.name_of(selection.of);
  const std::size_t size = model.size(selection.of);
  selection.count = static_cast<std::uint32_t>(size);
  if (reference.slice) {
    const auto [first, end] = *reference.slice;
    if (first >= end || end > size)
      return refused("'" + escaped(text) + "' is out of range",
                     name + " has " + std::to_string(size) + " neurons: 0 to " + std::to_string(size - 1));
    selection.first = static_cast<std::uint32_t>(first);
    selection.count = static_cast<std::uint32_t>(end - first);
    selection.is_sliced = true;
  }
  return selection;
}

std::vector<std::string> comma_separated(const std::string& text) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    std::string part = text.substr(begin, end - begin);
    while (part.starts_with(' ')) part.erase(0, 1);
    while (part.ends_with(' ')) part.pop_back();
    if (!part.empty()) parts.push_back(std::move(part));
    begin = end + 1;
  }
  return parts;
}

bool is_spikes(const Model& model, Signal signal) {
  return signal.of == Signal::Of::node && signal.state < 0 && model.nodes[signal.index].spikes();
}

bool is_neuron_output(const Model& model, Signal signal) {
  if (signal.of != Signal::Of::node || signal.state >= 0) return false;
  if (is_spikes(model, signal)) return true;
  const auto* population = std::get_if<Population>(&model.nodes[signal.index].kind);
  if (population == nullptr) return false;
  for (const std::string& parameter : population->cell.parameters)
    if (parameter == "graded") return true;
  return false;
}

}  // namespace spikeloom::tool
