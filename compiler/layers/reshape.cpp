#include "layers/builder.h"

namespace spikeloom {
namespace {

void build_reshape(LayerBuilder& l) {
  const auto wanted = l.integers("shape", {.doc = "the new shape of a sample; one extent may be -1"});
  const auto shape = l.input();
  if (!wanted) return l.reshape({});

  std::uint64_t known = 1;
  std::size_t open = wanted->size();  // place of the -1
  Shape to;
  for (std::size_t i = 0; i < wanted->size(); ++i) {
    const std::int64_t extent = (*wanted)[i];
    if (extent == -1 && open == wanted->size()) {
      open = i;
    } else if (extent < 1 || known > 0xffffffffu / static_cast<std::uint64_t>(extent)) {
      l.problem("shape", "this is not a shape", "extents of at least 1, at most one of them -1",
                std::to_string(extent));
      return l.reshape({});
    } else {
      known *= static_cast<std::uint64_t>(extent);
    }
    to.push_back(extent == -1 ? 0 : static_cast<std::size_t>(extent));
  }
  if (to.size() > 8) {
    l.problem("shape", "a sample has at most 8 axes", "", std::to_string(to.size()));
    return l.reshape({});
  }
  if (!shape) return l.reshape(open == to.size() ? std::optional<Shape>(to) : std::nullopt);

  const std::size_t elements = element_count(*shape);
  const bool fits = open == to.size() ? known == elements : elements % known == 0;
  if (!fits) {
    l.problem("shape", l.input_name(0) + " gives " + to_string(*shape) + ", which cannot take this shape",
              std::to_string(elements) + " elements", std::to_string(known) + " elements");
    return l.reshape({});
  }
  if (open < to.size()) to[open] = elements / known;
  l.reshape(to);
}

}  // namespace

LayerKind reshape_layer() {
  return {.name = "reshape", .doc = "the same values under another shape, row-major", .build = build_reshape};
}

}  // namespace spikeloom
