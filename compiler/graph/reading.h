// What the files of this room share while a graph is read. Inside this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"

namespace spikeloom {

inline constexpr std::size_t kMostAxes = 8;              // of a sample
inline constexpr std::uint64_t kMostSteps = 0x7fffffff;  // of a delay or a time given in ms

/// [A-Za-z0-9_][A-Za-z0-9_-]{0,63}
bool is_graph_name(std::string_view text);
/// "'fc1'", escaped.
std::string in_quotes(std::string_view name);
/// Puts errors of files and arrays at the place that asked for them.
void report_at(json::Value place, const Error& error, Report& report);

/// The references of a node's `from`, whose names are not yet looked up. False if something was reported.
bool read_from(json::Value from, const Graph& graph, Report& report, std::vector<PortInputs>& ports);
/// A reference by itself, as outputs have.
bool read_plain_reference(json::Value value, Report& report, Reference& reference);

/// "file.npy", "file.npz:name", "file.safetensors:name", "alias", "alias:name".
std::optional<Tensor> read_named_tensor(json::Value value, const Graph& graph, Report& report);
/// { "random": "normal" | "uniform", ... }
std::optional<Tensor> generate_tensor(json::Value value, const Graph& graph, Report& report);

/// A list of whole numbers above 0, at most `axes` of them with at most `elements` elements; else reported.
std::optional<Shape> read_shape(json::Value value, std::size_t elements, Report& report);

}  // namespace spikeloom
