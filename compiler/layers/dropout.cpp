#include "layers/builder.h"

namespace spikeloom {
namespace {

// Dropout acts in training only; a network that runs passes everything on.
void build_dropout(LayerBuilder& l) {
  l.number("p",
           {.doc = "probability used in training; has no effect here", .value = 0.5, .low = 0, .high = 1});
  l.reshape(l.input());
}

}  // namespace

LayerKind dropout_layer() {
  return {.name = "dropout", .doc = "the identity: dropout acts in training only", .build = build_dropout};
}

}  // namespace spikeloom
