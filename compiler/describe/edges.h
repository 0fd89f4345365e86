// What a node reads as its file says it: through the sums and slices that the compiler made.
#pragma once

#include <string>
#include <vector>

#include "model/model.h"

namespace spikeloom {

struct Edge {
  Signal from;
  std::uint32_t delay = 0;  // steps
  std::string part;         // "[0:16]" of a slice, else ""
  bool operator==(const Edge&) const = default;
};

struct EdgeGroup {
  std::string port;  // "" if there is but one
  std::vector<Edge> edges;
};

std::vector<EdgeGroup> edges_into(const Model& model, const ModelNode& node);

/// "lif1.mem[0:16] 3 steps ago"
std::string text_of(const Model& model, const Edge& edge);

/// Parameters that the cell computes with; the others were only given so that these could be found.
std::vector<std::size_t> parameters_in_use(const Cell& cell);

/// The shortest digits that give this float again.
std::string text_of(float value);

/// "0.9", or "0.85 to 0.95, one per neuron".
std::string text_of(const PerNeuron& values);

}  // namespace spikeloom
