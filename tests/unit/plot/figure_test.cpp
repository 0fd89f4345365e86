#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "plot/canvas.h"
#include "plot/counts.h"
#include "plot/ticks.h"
#include "plot/trace.h"
#include "plot/write.h"

namespace spikeloom::plot {
namespace {

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> words;
  for (const Tick& tick : ticks) words.push_back(tick.label);
  return words;
}

TEST(Ticks, StandAtRoundNumbers) {
  EXPECT_EQ(labels(nice_ticks(0, 1, 5, false)),
            (std::vector<std::string>{"0", "0.2", "0.4", "0.6", "0.8", "1.0"}));
  EXPECT_EQ(labels(nice_ticks(-0.5, 9.5, 5, true)), (std::vector<std::string>{"0", "2", "4", "6", "8"}));
  EXPECT_EQ(labels(nice_ticks(-0.5, 0.5, 5, true)), (std::vector<std::string>{"0"}));
  EXPECT_EQ(labels(nice_ticks(-25000, 10000, 3, false)),
            (std::vector<std::string>{"\u221220\u2009000", "0"}));
}

TEST(Ticks, SurviveRangesThatMakeNoSense) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_TRUE(nice_ticks(0, infinity, 5, false).empty());
  EXPECT_TRUE(nice_ticks(std::nan(""), 1, 5, false).empty());
  EXPECT_TRUE(nice_ticks(2, 1, 5, false).empty());
  EXPECT_TRUE(nice_ticks(-1.7e308, 1.7e308, 5, false).empty());
  EXPECT_LE(nice_ticks(1e300, 1.0000000001e300, 5, false).size(), 100u);
  EXPECT_LE(nice_ticks(0, 1e-310, 5, false).size(), 100u);
}

TEST(Displayable, LeavesNoControlCharacterAndNoBrokenUtf8) {
  EXPECT_EQ(displayable("lif1 \u00b5s"), "lif1 \u00b5s");
  EXPECT_EQ(displayable("a\x1b[31mb"), "a\uFFFD[31mb");
  EXPECT_EQ(displayable("\xff\xc3"), "\uFFFD\uFFFD");
  EXPECT_EQ(displayable("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
}

TEST(Trace, KeepsTheLowestAndHighestValueOfALongRun) {
  Trace trace("lif1.mem", {.steps = 1000000}, {"0"});
  for (std::uint64_t step = 0; step < 1000000; ++step)
    trace.value(step, 0, step == 500001 ? 5.0f : step == 500002 ? -5.0f : 0.0f);
  const Panel panel = trace.panel();
  const auto& line = std::get<Line>(panel.marks.at(0));
  EXPECT_LE(line.points.size(), 3600u);
  double low = 0, high = 0;
  for (const Point& p : line.points) {
    low = std::min(low, p.y);
    high = std::max(high, p.y);
  }
  EXPECT_EQ(low, -5);
  EXPECT_EQ(high, 5);
}

TEST(Trace, InterruptsTheLineWhereAValueIsNotFinite) {
  Trace trace("lif1.mem", {.steps = 3}, {"0"});
  trace.value(0, 0, 1);
  trace.value(1, 0, std::numeric_limits<float>::quiet_NaN());
  trace.value(2, 0, 2);
  const Panel panel = trace.panel();
  const auto& line = std::get<Line>(panel.marks.at(0));
  ASSERT_EQ(line.points.size(), 3u);
  EXPECT_TRUE(std::isnan(line.points[1].x));
  EXPECT_TRUE(std::isfinite(panel.y.low));
}

TEST(Trace, HoldsTheThresholdInItsRange) {
  Trace trace("lif1.mem", {.steps = 2}, {"0"});
  trace.value(0, 0, 0.1f);
  trace.value(1, 0, 0.2f);
  trace.set_threshold(1);
  const Panel panel = trace.panel();
  EXPECT_GT(panel.y.high, 1);
  EXPECT_EQ(std::get<Level>(panel.marks.at(1)).y, 1);
}

TEST(Counts, AveragesWhereThereAreMoreNeuronsThanBars) {
  std::vector<std::uint64_t> counts(4000, 2);
  counts[0] = 12;
  const Panel panel = counts_panel("lif1", counts);
  const auto& bars = std::get<Bars>(panel.marks.at(0));
  ASSERT_EQ(bars.points.size(), 400u);
  EXPECT_EQ(bars.points[0].y, 3);
  EXPECT_EQ(bars.points[1].y, 2);
}

Figure small_figure(const std::string& title) {
  Trace trace("lif1.mem", {.steps = 3}, {"0"});
  trace.value(0, 0, 1);
  trace.value(1, 0, std::numeric_limits<float>::max());
  Figure figure;
  figure.title = title;
  figure.panels = {trace.panel(), counts_panel("empty", {})};
  return figure;
}

TEST(Write, MakesBothFormatsFromOneFigure) {
  const auto svg = render(small_figure("title"), Format::svg);
  ASSERT_TRUE(svg.ok());
  EXPECT_TRUE(svg->starts_with("<?xml"));
  const auto png = render(small_figure("title"), Format::png);
  ASSERT_TRUE(png.ok());
  EXPECT_TRUE(png->starts_with("\x89PNG"));
}

TEST(Write, KeepsMarkupAndRubbishInATitleHarmless) {
  const auto svg = render(small_figure("</svg><script>alert(1)</script>\x01\xfe"), Format::svg);
  ASSERT_TRUE(svg.ok()) << svg.error().diagnostics[0].what;
  EXPECT_EQ(svg->find("<script"), std::string::npos);
}

TEST(Write, DrawsAnEmptyFigure) {
  EXPECT_TRUE(render(Figure{}, Format::png).ok());
}

TEST(Write, RefusesOtherEndings) {
  const auto result = write(Figure{}, "picture.jpg");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::usage);
}

TEST(Write, SaysWhatTheOperatingSystemRefused) {
  const auto result = write(small_figure(""), "/nonexistent-folder/a.svg");
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind(), ErrorKind::io);
}

}  // namespace
}  // namespace spikeloom::plot
