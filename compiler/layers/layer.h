// One file per layer kind. A layer declares its attributes and weights while it reads them, and answers with
// its meaning. Add a layer: one file, and one word in layers.cpp.
#pragma once

#include <span>
#include <string_view>

namespace spikeloom {

/// What a layer sees of its node. Reading declares: the schema is made by a pass in which nothing is bound.
class LayerBuilder;

struct LayerKind {
  std::string_view name, doc;
  bool operands = false;  // `from` is a list of operands (add, multiply, concat), not a sum
  void (*build)(LayerBuilder&) = nullptr;
};

/// Every layer of this build; layers.cpp lists them, one word each.
std::span<const LayerKind> layer_kinds();
const LayerKind* find_layer(std::string_view name);

}  // namespace spikeloom
