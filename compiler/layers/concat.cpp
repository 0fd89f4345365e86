#include "layers/builder.h"

namespace spikeloom {
namespace {

void build_concat(LayerBuilder& l) {
  l.foreign("dim", "axis");
  std::int64_t axis = l.integer(
      "axis",
      {.doc = "axis of a sample along which the operands are joined", .value = 0, .low = -8, .high = 7});
  if (!l.bound()) return;

  std::optional<Shape> first;
  for (const auto& shape : l.operands())
    if (!first && shape) first = shape;
  if (!first) return;
  const auto rank = static_cast<std::int64_t>(first->size());
  if (axis < -rank || axis >= rank) {
    l.problem("axis", "the operands have no such axis",
              "a number from " + std::to_string(-rank) + " to " + std::to_string(rank - 1) + " for " +
                  to_string(*first),
              std::to_string(axis), "axes do not count steps or batch");
    return;
  }
  l.concat(static_cast<std::size_t>(axis < 0 ? axis + rank : axis));
}

}  // namespace

LayerKind concat_layer() {
  return {
      .name = "concat", .doc = "the operands one behind the other", .operands = true, .build = build_concat};
}

}  // namespace spikeloom
