// The scalar meaning of expressions: one neuron, one step, operation by operation in float32.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "equations/cell.h"

namespace spikeloom {

/// Values of a parameter or fixed value over a population: one for all, or one per neuron.
struct PerNeuron {
  std::vector<float> values;  // size 1 or n
  bool uniform() const { return values.size() == 1; }
  float operator[](std::size_t neuron) const { return values[values.size() == 1 ? 0 : neuron]; }
};

/// The random numbers of one neuron in one step (Philox 4x32-10).
struct RandomWords {
  std::uint32_t word[4];
};
RandomWords philox(std::uint64_t seed, std::uint32_t step, std::uint32_t neuron, std::uint32_t sample,
                   std::uint32_t key);
float uniform_of(std::uint32_t word);  // (word >> 8) * 2^-24
float normal_of(std::uint32_t word);   // inverse normal distribution of ((word >> 8) + 1/2) * 2^-24

/// One row of ops.def; conditions are 0 or 1, operands beyond the arity are not read.
float apply_operation(Op op, float x, float y = 0, float z = 0);

/// The nearest level: the number of midpoints < x selects it.
float quantize(const LevelTable& table, float x);

/// By setup node: the values of those that Cell::fixed and the initial states name (the others are not kept).
/// A node is uniform when all its leaves are.
std::vector<PerNeuron> evaluate_setup(const Cell& cell, std::span<const PerNeuron> parameters, float dt,
                                      std::size_t neurons);

/// What the leaves of Cell::nodes read.
struct Surroundings {
  std::span<const float> fixed;  // one per Cell::fixed
  std::span<const float> ports;
  std::span<const float> states;
  std::uint64_t step = 0;
  RandomWords random{};
  float winner = 0;  // 1 if this neuron won
};

/// Evaluates nodes [first, last) into `values` (one per node of the cell; conditions are 0 or 1).
void evaluate(const Cell& cell, const Surroundings& s, std::size_t first, std::size_t last,
              std::span<float> values);

}  // namespace spikeloom
