// The loops whose speed is a machine's limits, for the widest vectors that this CPU has.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spikeloom::machine {

inline constexpr std::size_t kRow = 64;         // floats of a panel's row
inline constexpr std::size_t kDenseInputs = 6;  // rows of input that share a weight

/// Each returns a sum of what it read, so that nothing of it can be left out. Arrays are aligned to 64 bytes.
struct Kernels {
  const char* name;   // of the instruction set
  std::size_t lanes;  // float32
  /// Reads `count` floats in order; a multiple of 128.
  float (*stream)(const float* from, std::size_t count);
  /// Adds `count` rows (an even number) of a panel, in the order given.
  float (*rows)(const float* panel, const std::uint32_t* order, std::size_t count);
  /// kDenseInputs rows of input, [fan_in][kDenseInputs], against [fan_in][2 * lanes] weights.
  float (*dense)(const float* weights, const float* inputs, std::size_t fan_in);
  /// `count` additions, each of which needs the one before.
  float (*chain)(float start, std::size_t count);
};

Kernels kernels_of_this_cpu();

}  // namespace spikeloom::machine
