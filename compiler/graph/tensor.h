// Where the dense arrays of a graph come from: numbers, nested arrays, .npy, .npz, .safetensors, generators.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "arrays/array.h"

namespace spikeloom {

/// Where tensor files may lie: below `folder`, without links out of it, unless `anywhere`.
struct TensorSource {
  std::filesystem::path folder;
  bool anywhere = false;
  TensorLimits limits;
  /// Files that were never written: bytes by name, looked up before the folder. An imported network has its
  /// weights here.
  std::shared_ptr<const std::map<std::string, std::string>> memory;
};

}  // namespace spikeloom
