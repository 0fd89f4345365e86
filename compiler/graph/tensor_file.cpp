// Tensors that lie in files: which file a text means, and who reads it.
#include "arrays/files.h"
#include "graph/graph.h"
#include "graph/reading.h"
#include "support/text.h"

namespace spikeloom {

namespace {

struct Named {
  std::string file, member;
};

/// The file and the name in it. "w:1.weight" goes through the alias "w"; "a.npz:1.weight" names both.
Named split(std::string_view text, const Graph& graph) {
  if (const auto alias = graph.tensors.find(std::string(text)); alias != graph.tensors.end())
    return {alias->second, ""};
  const std::size_t first = text.find(':');
  if (first != std::string_view::npos) {
    const auto alias = graph.tensors.find(std::string(text.substr(0, first)));
    if (alias != graph.tensors.end()) return {alias->second, std::string(text.substr(first + 1))};
  }
  for (const std::string_view ending : {".npz:", ".safetensors:"})
    if (const std::size_t at = text.find(ending); at != std::string_view::npos) {
      const std::size_t colon = at + ending.size() - 1;
      return {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
    }
  return {std::string(text), ""};
}

std::string hint_for_alias(json::Value value, const Graph& graph) {
  const std::string_view text = value.string();
  const std::size_t colon = text.find(':');
  std::vector<std::string> aliases;
  for (const auto& [alias, file] : graph.tensors) aliases.push_back(alias);
  const std::string near = json::nearest(text.substr(0, colon), aliases);
  if (near.empty() && is_graph_name(text) && value.pointer().starts_with("/modules/"))
    return "a module's own name for a tensor is given at each use: \"with\": { \"" + std::string(text) +
           "\": ... }";
  if (near.empty()) return {};
  return "did you mean '" + near + std::string(colon == std::string_view::npos ? "" : ":...") + "'?";
}

}  // namespace

std::optional<Tensor> read_named_tensor(json::Value value, const Graph& graph, Report& report) {
  const Named named = split(value.string(), graph);
  const std::optional<ArrayFileKind> kind = array_file_kind(named.file);
  if (!kind) {
    report.add(value.at("this does not name a tensor",
                        "\"file.npy\", \"file.npz:name\", \"file.safetensors:name\" or \"alias:name\"",
                        value.describe(), hint_for_alias(value, graph)));
    return {};
  }
  if (*kind == ArrayFileKind::pickle) {  // not even opened
    report_at(value, read_array({.name = named.file}, *kind, {}, graph.source.limits).error(), report);
    return {};
  }
  if (graph.memory) {
    if (const auto held = graph.memory->find(named.file); held != graph.memory->end()) {
      const std::span bytes(reinterpret_cast<const unsigned char*>(held->second.data()), held->second.size());
      Result<Tensor> tensor =
          read_array(bytes_of(bytes, named.file), *kind, named.member, graph.source.limits);
      if (tensor) return std::move(*tensor);
      report_at(value, tensor.error(), report);
      return {};
    }
  }
  Result<InputFile> file = graph.source.anywhere ? InputFile::open(graph.source.folder / named.file)
                                                 : InputFile::open_below(graph.source.folder, named.file);
  if (!file) {
    report_at(value, file.error(), report);
    return {};
  }
  Result<Tensor> tensor = read_array(bytes_of(*file), *kind, named.member, graph.source.limits);
  if (tensor) return std::move(*tensor);
  report_at(value, tensor.error(), report);
  return {};
}

}  // namespace spikeloom
