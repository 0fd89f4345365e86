// The whole compiler as one function, for tools that want to look at its stages.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "graph/graph.h"
#include "model/build.h"
#include "native/codegen.h"
#include "spikeloom/compiler.h"

namespace spikeloom {

/// Text of a graph, and where its tensor files lie. Empty text: the file is opened.
struct GraphSource {
  std::string_view text;
  std::string file;  // as the user named it, for messages
  std::filesystem::path folder;
};

struct PipelineOptions {
  CompileOptions compile;
  GraphOptions graph;
  ModelLimits model;
  CodegenLimits code;
  std::uint64_t constant_bytes = 16ull << 30;  // weights and parameters as they are packed

  /// Stages to show: "graph", "model", "plan", "llvm", "asm". `show` receives their text, and the time of
  /// every stage in ms.
  std::set<std::string> dump;
  std::function<void(const std::string& stage, double milliseconds, const std::string& text)> show;
};

Result<Program> compile(const GraphSource& source, const PipelineOptions& options);

}  // namespace spikeloom
