#include "plot/raster.h"

#include <gtest/gtest.h>

namespace spikeloom::plot {
namespace {

TEST(Raster, DrawsAStrokeForEverySpike) {
  Raster raster("lif1", {.steps = 100}, 4);
  raster.spike(0, 0);
  raster.spike(99, 3);
  const Panel panel = raster.panel();
  const auto& strokes = std::get<Strokes>(panel.marks.at(0));
  ASSERT_EQ(strokes.points.size(), 2u);
  EXPECT_EQ(strokes.points[1].x, 99);
  EXPECT_EQ(strokes.points[1].y, 3);
  EXPECT_EQ(panel.note, "4 neurons, 2 spikes, 0.005 per neuron and step");
}

TEST(Raster, ShowsMillisecondsAndHertzWhereTheNetworkHasADt) {
  Raster raster("lif1", {.steps = 100, .dt_ms = 0.5}, 1);
  raster.spike(10, 0);
  const Panel panel = raster.panel();
  EXPECT_EQ(std::get<Strokes>(panel.marks.at(0)).points[0].x, 5);
  EXPECT_EQ(panel.x.label, "time (ms)");
  EXPECT_EQ(panel.note, "1 neuron, 1 spike, 20 Hz");
}

TEST(Raster, IgnoresSpikesOutsideItsAxes) {
  Raster raster("lif1", {.first_step = 10, .steps = 5}, 2);
  raster.spike(9, 0);
  raster.spike(15, 0);
  raster.spike(12, 2);
  EXPECT_EQ(raster.spikes(), 0u);
  raster.spike(14, 1);
  EXPECT_EQ(raster.spikes(), 1u);
}

TEST(Raster, BecomesOneImageAboveTwoHundredThousandSpikes) {
  Raster raster("big", {.steps = 1000}, 401);
  for (std::uint64_t step = 0; step < 1000; ++step)
    for (std::uint64_t neuron = 0; neuron < 202; ++neuron) raster.spike(step, neuron);
  const Panel panel = raster.panel();
  ASSERT_EQ(panel.marks.size(), 1u);
  const auto& image = std::get<Image>(panel.marks[0]);
  EXPECT_EQ(image.columns, 500u);  // two steps each
  EXPECT_EQ(image.rows, 200u);     // two neurons each, three in one of them
  EXPECT_FLOAT_EQ(image.values[0], 1.0f);
  EXPECT_FLOAT_EQ(image.values[100 * 500], 0.5f);
  EXPECT_FLOAT_EQ(image.values[101 * 500], 0.0f);
  EXPECT_EQ(raster.spikes(), 202000u);
}

TEST(Raster, CountsTheSameBeforeAndAfterTheSwitch) {
  Raster raster("big", {.steps = 800}, 300);  // one step and neuron a cell
  for (std::uint64_t i = 0; i < 200001; ++i) raster.spike(i % 800, i / 800);
  const auto& panel = raster.panel();
  const auto& image = std::get<Image>(panel.marks.at(0));
  EXPECT_EQ(image.values[0], 1.0f);
  EXPECT_EQ(image.values[250 * 800], 1.0f);  // spike 200000, the one that switched
  EXPECT_EQ(image.values[250 * 800 + 1], 0.0f);
}

}  // namespace
}  // namespace spikeloom::plot
