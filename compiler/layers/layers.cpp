#include "layers/layer.h"

// Every layer of this build. A new layer is its own file and one word here.
#define SPIKELOOM_LAYERS(LAYER) \
  LAYER(linear)                 \
  LAYER(flatten)                \
  LAYER(reshape)                \
  LAYER(scale)                  \
  LAYER(add)                    \
  LAYER(multiply)               \
  LAYER(concat)                 \
  LAYER(delay)                  \
  LAYER(threshold)              \
  LAYER(relu)                   \
  LAYER(dropout)                \
  LAYER(delta)                  \
  LAYER(latency)                \
  LAYER(sparse)                 \
  LAYER(conv1d)                 \
  LAYER(conv2d)                 \
  LAYER(conv_transpose2d)       \
  LAYER(avg_pool1d)             \
  LAYER(max_pool1d)             \
  LAYER(avg_pool2d)             \
  LAYER(sum_pool2d)             \
  LAYER(max_pool2d)             \
  LAYER(batch_norm)

namespace spikeloom {

#define LAYER(word) LayerKind word##_layer();
SPIKELOOM_LAYERS(LAYER)
#undef LAYER

std::span<const LayerKind> layer_kinds() {
#define LAYER(word) word##_layer(),
  static const LayerKind kinds[] = {SPIKELOOM_LAYERS(LAYER)};
#undef LAYER
  return kinds;
}

const LayerKind* find_layer(std::string_view name) {
  for (const LayerKind& kind : layer_kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace spikeloom
