// Bytes as the process that opens HDF5 files answers them, for every target that takes such a tree.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "hdf5/wire.h"

namespace spikeloom {

/// `most` bytes of values.
inline Result<hdf5::Object> answered_tree(std::span<const unsigned char> bytes, std::uint64_t most) {
  hdf5::Limits limits;
  limits.bytes = most;
  limits.objects = 1 << 12;
  const auto take = [&](std::span<unsigned char> into) {
    if (into.size() > bytes.size()) return false;
    std::ranges::copy(bytes.first(into.size()), into.begin());
    bytes = bytes.subspan(into.size());
    return true;
  };
  return hdf5::decode(take, limits, "answer");
}

}  // namespace spikeloom
