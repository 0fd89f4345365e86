// Networks from text, and what was said about them.
#pragma once

#include <optional>
#include <string>

#include "graph/graph.h"
#include "model/build.h"

namespace spikeloom {

struct Built {
  std::unique_ptr<Graph> graph;
  std::optional<Model> model;
  Report report;

  /// "pointer: what | expected | got | hint" of every problem, a line each, in the order of the file.
  std::string problems() const {
    std::string all;
    if (report.diagnostics().empty()) return all;
    for (const Diagnostic& d : report.error().diagnostics)
      all += d.pointer + ": " + d.what + " | " + d.expected + " | " + d.got + " | " + d.hint + "\n";
    return all;
  }
  const ModelNode& node(const std::string& name) const {
    for (const ModelNode& n : model->nodes)
      if (n.name == name) return n;
    throw std::logic_error("no node " + name);
  }
  Signal signal(const std::string& name) const {
    Signal s;
    if (!model->find(name, s)) throw std::logic_error("no signal " + name);
    return s;
  }
};

/// A whole graph file.
inline Built build_text(const std::string& text, ModelLimits limits = {}) {
  Built b;
  b.graph = read_graph(text, "net.json", ".", {}, b.report);
  if (b.graph) b.model = build_model(*b.graph, limits, b.report);
  return b;
}

/// Nodes and what stands beside them; ' is written for ".
inline Built build(std::string nodes, std::string inputs = "'x': { 'shape': [4] }", std::string more = "") {
  std::string text = "{ 'spikeloom': 1, 'inputs': { " + inputs + " }, 'nodes': { " + nodes + " }" +
                     (more.empty() ? "" : ", ") + more + " }";
  for (char& c : text)
    if (c == '\'') c = '"';
  return build_text(text);
}

}  // namespace spikeloom
