// Where the dense arrays of a graph come from: numbers, nested arrays, .npy, .npz, .safetensors, generators.
#pragma once

#include <filesystem>

#include "arrays/array.h"

namespace spikeloom {

/// Where tensor files may lie: below `folder`, without links out of it, unless `anywhere`.
struct TensorSource {
  std::filesystem::path folder;
  bool anywhere = false;
  TensorLimits limits;
};

}  // namespace spikeloom
