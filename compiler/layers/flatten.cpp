#include "layers/builder.h"

namespace spikeloom {
namespace {

// Axes never count steps or batch: PyTorch's Flatten(1) is the default here.
void build_flatten(LayerBuilder& l) {
  std::int64_t first = l.integer(
      "start_dim", {.doc = "first axis of a sample that is joined", .value = 0, .low = -8, .high = 7});
  std::int64_t last = l.integer(
      "end_dim", {.doc = "last axis that is joined; -1 is the last one", .value = -1, .low = -8, .high = 7});
  const auto shape = l.input();
  if (!shape) return l.reshape({});

  const auto rank = static_cast<std::int64_t>(shape->size());
  const auto check = [&](const char* name, std::int64_t& dim) {
    if (dim < -rank || dim >= rank)
      l.problem(name, "the sample has no such axis",
                "a number from " + std::to_string(-rank) + " to " + std::to_string(rank - 1) + " for " +
                    to_string(*shape),
                std::to_string(dim), "axes do not count steps or batch");
    if (dim < 0) dim += rank;
  };
  check("start_dim", first);
  check("end_dim", last);
  if (!l.healthy()) return l.reshape({});
  if (first > last) {
    l.problem("start_dim", "start_dim lies behind end_dim", "at most " + std::to_string(last),
              std::to_string(first));
    return l.reshape({});
  }

  Shape flat(shape->begin(), shape->begin() + first);
  flat.push_back(element_count(Shape(shape->begin() + first, shape->begin() + last + 1)));
  flat.insert(flat.end(), shape->begin() + last + 1, shape->end());
  l.reshape(flat);
}

}  // namespace

LayerKind flatten_layer() {
  return {.name = "flatten", .doc = "joins neighbouring axes of a sample into one", .build = build_flatten};
}

}  // namespace spikeloom
