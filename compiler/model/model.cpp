#include "model/model.h"

#include "json/json.h"
#include "model/sources.h"

namespace spikeloom {

std::size_t ModelNode::states() const {
  const auto* p = std::get_if<Population>(&kind);
  return p ? p->cell.states.size() : 0;
}

std::vector<Source> ModelNode::sources() const {
  std::vector<Source> all;
  for_each_source(kind, [&](const Source& s) { all.push_back(s); });
  return all;
}

std::size_t Model::size(Signal s) const {
  return s.of == Signal::Of::input ? inputs[s.index].size : nodes[s.index].size;
}

const Shape& Model::shape(Signal s) const {
  return s.of == Signal::Of::input ? inputs[s.index].shape : nodes[s.index].shape;
}

std::string Model::name_of(Signal s) const {
  if (s.of == Signal::Of::input) return inputs[s.index].name;
  const ModelNode& node = nodes[s.index];
  if (s.state < 0) return node.name;
  return node.name + "." +
         std::get<Population>(node.kind).cell.states[static_cast<std::size_t>(s.state)].name;
}

bool Model::find(std::string_view text, Signal& found, std::string* nearest) const {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < inputs.size(); ++i) {
    names.push_back(inputs[i].name);
    if (names.back() != text) continue;
    found = {Signal::Of::input, i, -1};
    return true;
  }
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i].implicit) continue;
    const auto states = static_cast<std::int32_t>(nodes[i].states());
    for (std::int32_t state = -1; state < states; ++state) {
      const Signal signal{Signal::Of::node, i, state};
      names.push_back(name_of(signal));
      if (names.back() != text && !(state < 0 && nodes[i].spikes() && text == nodes[i].name + ".spk"))
        continue;
      found = signal;
      return true;
    }
  }
  for (const auto& [other, signal] : instances) {
    names.push_back(other);
    if (other != text) continue;
    found = signal;
    return true;
  }
  if (nearest) *nearest = json::nearest(text, names);
  return false;
}

}  // namespace spikeloom
