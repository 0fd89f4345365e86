// Layers that are a cell of several lines, with states: encoders.
#include "layers/builder.h"

namespace spikeloom {

void LayerBuilder::cell(const CellText& text, const std::vector<std::optional<PerNeuron>>& parameters,
                        const std::optional<CellText>& largest) {
  if (!binding_) return;
  result_.shape = binding_->inputs.front().shape;
  if (unknown_ || !healthy()) return;
  for (const auto& value : parameters) {
    if (!value) return;
    result_.parameters.push_back(*value);
  }
  Population p;
  p.cell = cell_of(text);
  p.ports = {{source()}};
  p.initial.assign(p.cell.states.size(), PerNeuron{{0.0f}});
  if (largest) {
    result_.largest = LargestOf{cell_of(*largest), result_.parameters};
    p.ports.emplace_back();
  }
  result_.kind = std::move(p);
}

}  // namespace spikeloom
