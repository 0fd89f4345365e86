// Convolutions, pools and per-step normalisation against values that were computed by hand, and the order of
// their sums.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "reference/simulator.h"
#include "unit/model/networks.h"

namespace spikeloom::reference {
namespace {

using Floats = std::vector<float>;

/// What the layer "n" gives for one sample.
Floats values(const std::string& layer, const std::string& shape, const Floats& x) {
  const Built b = build("'n': { 'from': 'x', " + layer + " }", "'x': { 'shape': " + shape + " }");
  if (!b.model) throw std::logic_error(b.problems());
  Simulator s(*b.model, 1);
  s.set_input(0, x);
  s.step();
  const auto y = s.value(b.signal("n"));
  return {y.begin(), y.end()};
}

const Floats kNine = {1, 2, 3, 4, 5, 6, 7, 8, 9};

TEST(Convolution, CorrelatesAndSkipsPadding) {
  EXPECT_EQ(
      values("'type': 'conv2d', 'weight': [[[[1, 10], [100, 1000]]]], 'bias': [0.5]", "[1, 3, 3]", kNine),
      Floats({5421.5f, 6532.5f, 8754.5f, 9865.5f}));
  EXPECT_EQ(values("'type': 'conv2d', 'weight': [[[[1, 10], [100, 1000]]]], 'stride': 2, 'padding': 1",
                   "[1, 3, 3]", kNine),
            Floats({1000, 3200, 7040, 9865}));
  EXPECT_EQ(values("'type': 'conv2d', 'weight': [[[[1, 10], [100, 1000]]]], 'dilation': [2, 1]", "[1, 3, 3]",
                   kNine),
            Floats({8721, 9832}));
}

TEST(Convolution, SeesTheChannelsOfItsGroupAlone) {
  EXPECT_EQ(values("'type': 'conv1d', 'weight': [[[1], [2]], [[3], [4]]], 'groups': 2", "[4, 1]",
                   {1, 10, 100, 1000}),
            Floats({21, 4300}));
}

TEST(Convolution, AddsChannelsThenRowsThenColumns) {
  // 1e8 + 1 is 1e8 in float32: the order decides what is left.
  EXPECT_EQ(values("'type': 'conv2d', 'weight': [[[[1e8, 1], [-1e8, 1]]]]", "[1, 2, 2]", {1, 1, 1, 1}),
            Floats({1}));
  EXPECT_EQ(values("'type': 'conv2d', 'weight': [[[[1e8, -1e8], [1, 1]]]]", "[1, 2, 2]", {1, 1, 1, 1}),
            Floats({2}));
  EXPECT_EQ(values("'type': 'conv1d', 'weight': [[[1e8], [1], [-1e8]]]", "[3, 1]", {1, 1, 1}), Floats({0}));
}

TEST(Convolution, GivesPlusZeroWhereAProductUnderflows) {
  EXPECT_FALSE(std::signbit(values("'type': 'conv1d', 'weight': [[[-1e-30]]]", "[1, 1]", {1e-30f})[0]));
}

TEST(TransposedConvolution, AddsTheWindowOfEveryInput) {
  EXPECT_EQ(values("'type': 'conv_transpose2d', 'weight': [[[[1, 10, 100]]]], 'stride': [1, 2]", "[1, 1, 3]",
                   {1, 2, 3}),
            Floats({1, 10, 102, 20, 203, 30, 300}));
  EXPECT_EQ(
      values("'type': 'conv_transpose2d', 'weight': [[[[1, 10, 100]]]], 'stride': [1, 2], 'padding': [0, 1],"
             " 'output_padding': [0, 1], 'bias': [0.5]",
             "[1, 1, 3]", {1, 2, 3}),
      Floats({10.5f, 102.5f, 20.5f, 203.5f, 30.5f, 300.5f}));
}

TEST(TransposedConvolution, AddsInTheOrderOfTheInputs) {
  // The middle output sees all three: 1e8 first, then 1, then -1e8.
  EXPECT_EQ(values("'type': 'conv_transpose2d', 'weight': [[[[-1e8, 1, 1e8]]]], 'padding': [0, 2]",
                   "[1, 1, 3]", {1, 1, 1}),
            Floats({0}));
}

TEST(Pools, TakeTheSumTheAverageAndTheLargest) {
  EXPECT_EQ(values("'type': 'sum_pool2d', 'kernel': 2, 'stride': 1", "[1, 3, 3]", kNine),
            Floats({12, 16, 24, 28}));
  EXPECT_EQ(values("'type': 'avg_pool2d', 'kernel': 2, 'padding': 1", "[1, 3, 3]", kNine),
            Floats({0.25f, 1.25f, 2.75f, 7}));
  EXPECT_EQ(values("'type': 'avg_pool2d', 'kernel': 2, 'padding': 1, 'count_include_pad': false", "[1, 3, 3]",
                   kNine),
            Floats({1, 2.5f, 5.5f, 7}));
  EXPECT_EQ(values("'type': 'max_pool2d', 'kernel': 2, 'padding': 1", "[1, 3, 3]",
                   {-1, -2, -3, -4, -5, -6, -7, -8, -9}),
            Floats({-1, -2, -4, -5}));
  EXPECT_EQ(values("'type': 'max_pool2d', 'kernel': 2, 'ceil_mode': true", "[1, 3, 3]", kNine),
            Floats({5, 6, 8, 9}));
  EXPECT_EQ(values("'type': 'max_pool1d', 'kernel': 3, 'stride': 2, 'padding': 1, 'ceil_mode': true",
                   "[2, 4]", {-4, -3, -2, -1, 5, 8, 7, 6}),
            Floats({-3, -1, -1, 8, 8, 6}));
  EXPECT_EQ(
      values("'type': 'avg_pool1d', 'kernel': 4, 'stride': 2, 'padding': 1", "[1, 6]", {1, 2, 4, 8, 16, 32}),
      Floats({1.75f, 7.5f, 14}));
  EXPECT_EQ(values("'type': 'avg_pool1d', 'kernel': 4, 'stride': 3, 'padding': 2, 'ceil_mode': true,"
                   " 'count_include_pad': false",
                   "[2, 4]", {1, 3, 8, 16, -1, -3, -8, -16}),
            Floats({2, 9, -2, -9}));
}

TEST(LargestPool, IsNeverANaN) {
  const float nan = std::numeric_limits<float>::quiet_NaN(),
              infinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(values("'type': 'max_pool2d', 'kernel': [1, 2]", "[1, 1, 4]", {nan, 3, nan, nan}),
            Floats({3, -infinity}));
}

TEST(BatchNorm, TakesTheValuesOfItsStepAndAtTheEndTheLast) {
  const Built b =
      build("'n': { 'type': 'batch_norm', 'from': 'x', 'mean': [[0, 1], [10, 20]], 'variance': 1, 'eps': 0 }",
            "'x': { 'shape': [2, 2], 'time': 'constant' }");
  ASSERT_TRUE(b.model) << b.problems();
  Simulator s(*b.model, 1);
  s.set_input(0, Floats{1, 2, 3, 4});
  for (const Floats& want : {Floats{1, 2, 2, 3}, Floats{-9, -8, -17, -16}, Floats{-9, -8, -17, -16}}) {
    s.step();
    const auto y = s.value(b.signal("n"));
    EXPECT_EQ(Floats(y.begin(), y.end()), want);
  }
}

}  // namespace
}  // namespace spikeloom::reference
