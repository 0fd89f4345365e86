// Shapes of convolutions and pools, and what batch normalisation makes of its fields.
#include <gtest/gtest.h>

#include <cmath>

#include "unit/model/networks.h"

namespace spikeloom {
namespace {

Shape shape_of(const std::string& layer, const std::string& input) {
  const Built b = build("'n': { 'from': 'x', " + layer + " }", "'x': { 'shape': " + input + " }");
  EXPECT_TRUE(b.model) << layer << "\n" << b.problems();
  return b.model ? b.node("n").shape : Shape{};
}

/// Weights of ones.
std::string ones(const std::string& shape) {
  return "{ 'random': 'uniform', 'low': 1, 'high': 1, 'seed': 1, 'shape': " + shape + " }";
}

// PyTorch 1.13 gives the same sizes.
TEST(Convolution, HasPyTorchsSizes) {
  const std::string conv = "'type': 'conv2d', 'weight': ";
  EXPECT_EQ(shape_of(conv + ones("[6, 3, 3, 3]") + ", 'stride': 2, 'padding': 1", "[3, 12, 13]"),
            Shape({6, 6, 7}));
  EXPECT_EQ(shape_of(conv + ones("[6, 2, 3, 3]") + ", 'padding': 2, 'dilation': 2, 'groups': 3", "[6, 5, 5]"),
            Shape({6, 5, 5}));
  EXPECT_EQ(shape_of(conv + ones("[4, 6, 1, 3]") + ", 'padding': [0, 1], 'stride': [1, 2]", "[6, 7, 8]"),
            Shape({4, 7, 4}));
  EXPECT_EQ(shape_of(conv + ones("[4, 1, 4, 2]") + ", 'padding': 'same', 'dilation': [1, 3]", "[1, 7, 8]"),
            Shape({4, 7, 8}));
  EXPECT_EQ(shape_of(conv + ones("[4, 1, 4, 2]") + ", 'padding': 'valid'", "[1, 7, 8]"), Shape({4, 4, 7}));
  EXPECT_EQ(shape_of("'type': 'conv1d', 'weight': " + ones("[4, 2, 5]") + ", 'stride': 3", "[2, 20]"),
            Shape({4, 6}));
}

TEST(Convolution, PadsAnEvenWindowThatKeepsTheSizeMoreAtTheEnd) {
  const Built b =
      build("'n': { 'type': 'conv1d', 'from': 'x', 'weight': [[[1, 2, 3, 4]]], 'padding': 'same' }",
            "'x': { 'shape': [1, 6] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(std::get<Convolution>(b.node("n").kind).windows.columns.before, 1u);
}

TEST(TransposedConvolution, HasPyTorchsSizes) {
  const std::string conv = "'type': 'conv_transpose2d', 'weight': ";
  EXPECT_EQ(
      shape_of(conv + ones("[4, 3, 3, 3]") + ", 'stride': 2, 'padding': 1, 'output_padding': 1", "[4, 5, 6]"),
      Shape({3, 10, 12}));
  EXPECT_EQ(shape_of(conv + ones("[4, 3, 3, 2]") + ", 'groups': 2, 'dilation': [2, 1]", "[4, 5, 6]"),
            Shape({6, 9, 7}));
}

TEST(Pools, HavePyTorchsSizes) {
  EXPECT_EQ(shape_of("'type': 'max_pool2d', 'kernel': 2", "[3, 5, 6]"), Shape({3, 2, 3}));
  EXPECT_EQ(shape_of("'type': 'max_pool2d', 'kernel': 2, 'ceil_mode': true", "[3, 5, 6]"), Shape({3, 3, 3}));
  // A last window that would begin in the padding is left out.
  EXPECT_EQ(shape_of("'type': 'max_pool2d', 'kernel': 2, 'padding': 1, 'ceil_mode': true", "[1, 4, 5]"),
            Shape({1, 3, 3}));
  EXPECT_EQ(shape_of("'type': 'avg_pool2d', 'kernel': [3, 1], 'stride': 2, 'padding': [1, 0]", "[1, 7, 7]"),
            Shape({1, 4, 4}));
  EXPECT_EQ(shape_of("'type': 'max_pool1d', 'kernel': 3, 'padding': 1", "[2, 8]"), Shape({2, 3}));
  EXPECT_EQ(shape_of("'type': 'max_pool1d', 'kernel': [3], 'stride': 2, 'ceil_mode': true", "[2, 8]"),
            Shape({2, 4}));
  EXPECT_EQ(shape_of("'type': 'avg_pool1d', 'kernel': 4", "[3, 11]"), Shape({3, 2}));
}

TEST(LargestPool, PassesSpikesOnAndTheOthersDoNot) {
  const Built b = build(
      "'c': { 'type': 'lif', 'from': 'x', 'beta': 0.5 },"
      "'m': { 'type': 'max_pool2d', 'from': 'c', 'kernel': 2 },"
      "'a': { 'type': 'avg_pool2d', 'from': 'c', 'kernel': 2 }",
      "'x': { 'shape': [1, 4, 4] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_TRUE(b.node("m").spikes());
  EXPECT_FALSE(b.node("a").spikes());
}

TEST(Average, DividesAsPyTorchDoes) {
  const auto divisors = [](const std::string& options) {
    const Built b = build("'n': { 'type': 'avg_pool2d', 'from': 'x', 'kernel': [1, 3], " + options + " }",
                          "'x': { 'shape': [1, 1, 5] }");
    EXPECT_TRUE(b.model) << b.problems();
    const Pool& pool = std::get<Pool>(b.node("n").kind);
    std::vector<std::size_t> all;
    for (std::size_t o = 0; o < pool.windows.columns.out; ++o) all.push_back(pool.divisor(0, o));
    return all;
  };
  using Counts = std::vector<std::size_t>;
  EXPECT_EQ(divisors("'stride': 2, 'padding': [0, 1]"), Counts({3, 3, 3}));
  EXPECT_EQ(divisors("'stride': 2, 'padding': [0, 1], 'count_include_pad': false"), Counts({2, 3, 2}));
  // What lies behind the padding counts never.
  EXPECT_EQ(divisors("'stride': [1, 3], 'ceil_mode': true"), Counts({3, 2}));
}

TEST(BatchNorm, IsAGainAndAnOffsetOfEachChannel) {
  const Built b = build(
      "'n': { 'type': 'batch_norm', 'from': 'x', 'mean': [1, -2], 'variance': [3, 0.25], 'weight': [2, 1],"
      " 'bias': 0.5, 'eps': 1 }",
      "'x': { 'shape': [2, 3] }");
  ASSERT_TRUE(b.model) << b.problems();
  const auto& p = std::get<Population>(b.node("n").kind);
  ASSERT_EQ(p.parameters.size(), 2u);
  const float second = 1.0f / std::sqrt(1.25f);
  EXPECT_EQ(p.parameters[0].values, std::vector<float>({1, 1, 1, second, second, second}));
  const float offset = std::fma(2.0f, second, 0.5f);
  EXPECT_EQ(p.parameters[1].values, std::vector<float>({-0.5f, -0.5f, -0.5f, offset, offset, offset}));
}

}  // namespace
}  // namespace spikeloom
