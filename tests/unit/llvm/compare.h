// Compiled code against the reference, bit for bit, for every signal of a network.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/model.h"

namespace spikeloom::testing {

struct Comparison {
  std::uint32_t batch = 2, steps = 40;
  float density = 0.4f;         // of non-zero inputs
  float scale = 1.0f;           // of input values
  bool special_values = false;  // subnormals, huge values, -0 among the inputs
  std::string cpu;
  std::vector<std::vector<float>> rows;  // if given: of each input, the same in every step and sample
};

/// Runs the model with every lane count: step by step comparing all signals, and in blocks comparing outputs.
/// "Same" is equal bits, or NaN on both sides.
::testing::AssertionResult same_as_reference(const Model& model, const Comparison& how = {});

}  // namespace spikeloom::testing
