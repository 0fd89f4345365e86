// Sparse layers: the order of their sums, and what their delays read.
#include <gtest/gtest.h>

#include <cmath>

#include "reference/simulator.h"
#include "unit/model/networks.h"

namespace spikeloom::reference {
namespace {

/// The first output after each step of inputs that are set before it.
std::vector<float> outputs(const Built& b, const std::vector<std::vector<float>>& input) {
  Simulator s(*b.model, 1);
  std::vector<float> all;
  for (const auto& x : input) {
    s.set_input(0, x);
    s.step();
    all.push_back(s.value(b.signal("s"))[0]);
  }
  return all;
}

TEST(SparseSum, AddsTheOldestValuesFirst) {
  // 1e8 + 1 is 1e8 in float32: the order decides what is left.
  const Built b = build(
      "'s': { 'type': 'sparse', 'from': 'x', 'shape': [1, 3], 'rows': [0, 0, 0], 'cols': [0, 1, 2],"
      " 'weight': [1e8, 1, -1e8], 'delay': [1, 0, 0] }",
      "'x': { 'shape': [3] }");
  ASSERT_TRUE(b.model) << b.problems();
  // By source alone, 1e8 + 1 - 1e8 would be 0 as well; with -1e8 oldest it is 1.
  EXPECT_EQ(outputs(b, {{1, 1, 1}, {1, 1, 1}}), std::vector<float>({1 - 1e8f, 0}));
  const Built last = build(
      "'s': { 'type': 'sparse', 'from': 'x', 'shape': [1, 3], 'rows': [0, 0, 0], 'cols': [2, 1, 0],"
      " 'weight': [-1e8, 1, 1e8], 'delay': [2, 0, 1] }",
      "'x': { 'shape': [3] }");
  EXPECT_EQ(outputs(last, {{1, 1, 1}, {1, 1, 1}, {1, 1, 1}}).back(), 1.0f);
}

TEST(SparseSum, RunsOverSourcesWhateverTheOrderOfTheList) {
  const Built b = build(
      "'s': { 'type': 'sparse', 'from': 'x', 'shape': [1, 3], 'rows': [0, 0, 0], 'cols': [2, 1, 0],"
      " 'weight': [-1e8, 1, 1e8] }",
      "'x': { 'shape': [3] }");
  EXPECT_EQ(outputs(b, {{1, 1, 1}}), std::vector<float>({0}));
}

TEST(SparseSum, CountsRepeatedEntriesSeparatelyInTheirOrder) {
  const Built b = build(
      "'s': { 'type': 'sparse', 'from': 'x', 'shape': [1, 1], 'rows': [0, 0, 0], 'cols': [0, 0, 0],"
      " 'weight': [1e8, 1, -1e8] }",
      "'x': { 'shape': [1] }");
  EXPECT_EQ(outputs(b, {{1}}), std::vector<float>({0}));
}

TEST(SparseSum, GivesPlusZeroWhereAProductUnderflows) {
  const Built b = build(
      "'s': { 'type': 'sparse', 'from': 'x', 'shape': [1, 1], 'rows': [0], 'cols': [0], 'weight': -1e-30 }",
      "'x': { 'shape': [1] }");
  EXPECT_FALSE(std::signbit(outputs(b, {{1e-30f}})[0]));
}

TEST(SparseDelay, ReadsBeforeTheStartWhatADelayedReferenceReads) {
  const std::string neuron =
      "'n': { 'type': 'lif', 'from': 'x', 'beta': 0.5, 'threshold': 100, 'initial': { 'spk': 1 } },";
  const Built b = build(neuron +
                            "'s': { 'type': 'sparse', 'from': 'n', 'shape': [1, 1], 'rows': [0], 'cols': [0],"
                            " 'weight': 3, 'delay': 2 }",
                        "'x': { 'shape': [1] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(outputs(b, {{0}, {0}, {0}, {0}}), std::vector<float>({3, 3, 0, 0}));
  const Built same =
      build(neuron +
                "'s': { 'type': 'sparse', 'from': { 'node': 'n', 'delay': 2 }, 'shape': [1, 1],"
                " 'rows': [0], 'cols': [0], 'weight': 3 }",
            "'x': { 'shape': [1] }");
  EXPECT_EQ(outputs(same, {{0}, {0}, {0}, {0}}), std::vector<float>({3, 3, 0, 0}));
}

TEST(SparseDelay, MeansNothingToAConstant) {
  const Built b = build(
      "'s': { 'type': 'sparse', 'from': 'x', 'shape': [1, 2], 'rows': [0, 0], 'cols': [0, 1],"
      " 'weight': [1, 10], 'delay': [1, 3] }",
      "'x': { 'shape': [2], 'time': 'constant' }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(outputs(b, {{1, 2}, {1, 2}}), std::vector<float>({21, 21}));
}

}  // namespace
}  // namespace spikeloom::reference
