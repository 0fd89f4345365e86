// A model for people and programs: text, JSON, and drawings for Graphviz and Mermaid.
#pragma once

#include <string>

#include "model/model.h"

namespace spikeloom {

/// Nodes with shapes, parameters, equations, weights, delays and memory.
std::string describe_text(const Model& model);

/// The same facts as one JSON object.
std::string describe_json(const Model& model);

/// Graphviz; an edge with a delay is dashed and says by how many steps.
std::string describe_dot(const Model& model);

/// A Mermaid flowchart, drawn the same way.
std::string describe_mermaid(const Model& model);

}  // namespace spikeloom
