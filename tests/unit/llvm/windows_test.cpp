// Convolutions, pools and sequences of many shapes, by events and densely.
#include <gtest/gtest.h>

#include "schedule/plan.h"
#include "unit/llvm/compare.h"
#include "unit/llvm/networks.h"

namespace spikeloom::testing {
namespace {

WindowAxis axis(std::size_t in, std::size_t kernel, std::size_t stride = 1, std::size_t padding = 0,
                std::size_t dilation = 1) {
  return {in,     (in + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1, kernel, stride, dilation,
          padding};
}

WindowAxis axis_back(std::size_t in, std::size_t kernel, std::size_t stride, std::size_t padding,
                     std::size_t dilation = 1) {
  return {in,     (in - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1, kernel, stride, dilation,
          padding};
}

Signal add_convolution(NetworkWriter& w, Signal from, const Windows& windows, bool bias = true) {
  auto weight = std::make_shared<Tensor>(Tensor{{windows.weights()}, w.values(windows.weights(), 0.4f)});
  auto biases =
      std::make_shared<Tensor>(Tensor{{windows.out_channels}, w.values(windows.out_channels, 0.3f)});
  return w.add(windows.outputs(), Convolution{{from}, windows, weight, bias ? biases : nullptr});
}

/// On values, and on the spikes of neurons.
void expect_same(const Windows& windows, const char* what) {
  for (const float density : {0.05f, 0.9f}) {
    NetworkWriter w;
    const Signal in = w.input(windows.inputs());
    w.lif({{add_convolution(w, in, windows)}});
    add_convolution(w, w.lif({{in}}), windows, false);
    EXPECT_TRUE(same_as_reference(w.model, {.steps = 6, .density = density})) << what << ", " << density;
  }
}

TEST(Windows, OfEveryChannelCountFollowTheReference) {
  for (const std::size_t channels : {1u, 3u, 12u, 16u, 17u, 64u, 80u})
    expect_same({2, channels, 1, axis(7, 3), axis(9, 3, 1, 1)}, "channels");
}

TEST(Windows, OfFewPlacesFollowTheReference) {
  expect_same({3, 5, 1, axis(1, 1), axis(3, 2)}, "2 places");
  expect_same({3, 20, 1, axis(3, 3), axis(3, 3)}, "1 place");
  expect_same({1, 4, 1, axis(4, 1), axis(4, 1)}, "16 places");
}

TEST(Windows, WithEveryOptionFollowTheReference) {
  expect_same({4, 6, 2, axis(8, 3, 2, 1), axis(9, 4, 3, 2)}, "strides");
  expect_same({4, 4, 4, axis(8, 3, 1, 2, 2), axis(9, 2, 2, 1, 3)}, "dilations");
  expect_same({2, 3, 1, axis(6, 5, 2, 4), axis(5, 5, 7, 4)}, "wide padding");
  expect_same({2, 3, 1, axis(9, 1, 3), axis(9, 2, 4)}, "strides that leave inputs out");
}

TEST(Windows, TransposedFollowTheReference) {
  expect_same({4, 6, 1, axis_back(4, 3, 2, 1), axis_back(5, 3, 2, 0), true}, "strides");
  expect_same({4, 6, 2, axis_back(4, 2, 3, 0), axis_back(5, 3, 1, 2, 2), true}, "dilation");
}

TEST(Windows, OverflowsAndSubnormalsFollowTheReference) {
  NetworkWriter w;
  const Windows windows{2, 3, 1, axis(4, 2), axis(5, 2, 1, 1)};
  add_convolution(w, w.input(windows.inputs()), windows);
  EXPECT_TRUE(same_as_reference(w.model, {.special_values = true}));
}

/// A pool of the layer's sums that nobody else reads, on values and on spikes.
void expect_same_pooled(const Windows& windows, const WindowAxis& rows, const WindowAxis& columns,
                        const char* what) {
  const std::size_t channels = windows.out_channels;
  const Windows pooled{channels, channels, channels, rows, columns};
  for (const auto how : {Pool::How::sum, Pool::How::average, Pool::How::largest})
    for (const bool count_padding : {true, false}) {
      if (how != Pool::How::average && count_padding) continue;
      NetworkWriter w;
      const Signal in = w.input(windows.inputs());
      const auto pool = [&](Signal sums) {
        return w.add(pooled.outputs(), Pool{how, {sums}, pooled, count_padding});
      };
      const Signal spikes = w.lif({{pool(add_convolution(w, in, windows))}});
      ASSERT_TRUE(make_plan(w.model, {.lanes = 8}).fused.front().size() == 1) << what;
      if (windows.outputs() == windows.inputs()) w.lif({{pool(add_convolution(w, spikes, windows))}});
      w.lif({{pool(add_convolution(w, w.lif({{in}}), windows, false))}});
      EXPECT_TRUE(same_as_reference(w.model, {.steps = 6, .density = 0.2f})) << what;
    }
}

TEST(Pools, OfAConvolutionsSumsFollowTheReference) {
  expect_same_pooled({2, 3, 1, axis(9, 3), axis(11, 4)}, axis(7, 2, 2), axis(8, 2, 2), "2x2");
  expect_same_pooled({2, 80, 1, axis(6, 3, 1, 1), axis(17, 3, 1, 1)}, axis(6, 3, 2, 1), axis(17, 3, 1, 1),
                     "overlapping, padded");
  expect_same_pooled({4, 34, 2, axis(8, 3, 2, 1), axis(30, 2)}, axis(4, 2, 1), axis(29, 3, 3), "groups");
  // The last windows of ceil mode reach over the border.
  WindowAxis rows = axis(5, 2, 2), columns = axis(10, 3, 3);
  ++rows.out, ++columns.out;
  expect_same_pooled({1, 17, 1, axis(7, 3), axis(10, 1)}, rows, columns, "ceil");
  expect_same_pooled({3, 4, 1, axis_back(4, 3, 2, 1), axis_back(5, 3, 2, 0), true}, axis(7, 2, 2),
                     axis(11, 2, 2), "transposed");
  expect_same_pooled({2, 5, 1, axis(3, 3), axis(3, 3)}, axis(1, 1), axis(1, 1), "1 place");
}

TEST(Pools, OfAConvolutionsSumsTakeOverflowsAndSubnormals) {
  for (const auto how : {Pool::How::sum, Pool::How::average, Pool::How::largest}) {
    NetworkWriter w;
    const Windows windows{2, 3, 1, axis(4, 2), axis(5, 2, 1, 1)}, pooled{3, 3, 3, axis(3, 2), axis(6, 2, 2)};
    const Signal sums = add_convolution(w, w.input(windows.inputs()), windows);
    w.lif({{w.add(pooled.outputs(), Pool{how, {sums}, pooled, false})}});
    EXPECT_TRUE(same_as_reference(w.model, {.special_values = true}));
  }
}

TEST(Pools, OfAConvolutionsSumsInAnotherShapeFollowTheReference) {
  // 3 x 4 x 6 sums, read as one row a channel, as more channels, and with rows and columns changed.
  const Windows windows{2, 3, 1, axis(6, 3), axis(7, 2)};
  for (const Windows& pooled :
       {Windows{3, 3, 3, axis(1, 1), axis(24, 3, 2)}, Windows{6, 6, 6, axis(2, 2), axis(6, 2)},
        Windows{3, 3, 3, axis(6, 2), axis(4, 2, 2)}})
    for (const auto how : {Pool::How::sum, Pool::How::average, Pool::How::largest}) {
      NetworkWriter w;
      const Signal sums = add_convolution(w, w.input(windows.inputs()), windows);
      const Signal shaped = w.add(windows.outputs(), Reshape{{sums}});
      w.lif({{w.add(pooled.outputs(), Pool{how, {shaped}, pooled, false})}});
      EXPECT_TRUE(same_as_reference(w.model)) << text_of(pooled);
    }
}

TEST(Pools, OfValuesAndSpikesFollowTheReference) {
  for (const auto how : {Pool::How::sum, Pool::How::average, Pool::How::largest})
    for (const std::size_t padding : {0u, 1u}) {
      const Windows windows{3, 3, 3, axis(6, 2, 2, padding), axis(7, 3, 2, padding)};
      NetworkWriter w;
      const Signal in = w.input(windows.inputs());
      w.add(windows.outputs(), Pool{how, {in}, windows, false});
      w.add(windows.outputs(), Pool{how, {w.lif({{in}})}, windows, true});
      EXPECT_TRUE(same_as_reference(w.model, {.special_values = true})) << padding;
    }
}

TEST(Pools, GiveSpikesOnWhereTheyTakeTheLargest) {
  const Windows windows{5, 5, 5, axis(4, 2, 2), axis(6, 2, 2)};
  NetworkWriter w;
  const Signal spikes = w.lif({{w.input(windows.inputs())}});
  const Signal pooled = w.add(windows.outputs(), Pool{Pool::How::largest, {spikes}, windows, false});
  for (ModelNode& node : w.model.nodes) node.binary = true;
  w.lif({{w.linear({pooled}, 9)}});
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Sequences, GiveTheirRowsAndThenTheLastOne) {
  for (const std::size_t places : {1u, 3u, 16u, 37u}) {
    NetworkWriter w;
    const Signal in = w.input(4 * places);
    auto rows = std::make_shared<Tensor>(Tensor{{7, 4}, w.values(28, 1)});
    w.lif({{in}, {w.add(4 * places, Sequence{rows})}});
    EXPECT_TRUE(same_as_reference(w.model, {.steps = 20})) << places;
  }
}

}  // namespace
}  // namespace spikeloom::testing
