// Which step an event falls into.
#include "data/bin.h"

#include <gtest/gtest.h>

namespace spikeloom::data {
namespace {

Events events_at(TimeUnit unit, const std::vector<double>& times) {
  Events events;
  events.name = "x";
  events.unit = unit;
  for (const double time : times) events.events.push_back({time, 0, 1});
  events.end_sample();
  return events;
}

std::vector<std::uint32_t> steps(const Binned& binned) {
  std::vector<std::uint32_t> all;
  for (const Spike& spike : binned.spikes)
    for (float i = 0; i < spike.value; ++i) all.push_back(spike.step);
  return all;
}

TEST(Bin, AnEventOnAnEdgeFallsIntoTheLaterStep) {
  const auto binned = bin(events_at(TimeUnit::us, {0, 999, 1000, 1001, 2000}), {.dt_ms = 1.0});
  ASSERT_TRUE(binned.ok());
  EXPECT_EQ(steps(*binned), (std::vector<std::uint32_t>{0, 0, 1, 1, 2}));
  EXPECT_EQ(binned->steps, 3u);
}

TEST(Bin, MicrosecondsAreExactWhereADtIsNot) {
  // 0.3 / 0.1 is below 3 in double; 300 us in steps of 0.1 ms are three all the same.
  EXPECT_EQ(steps(*bin(events_at(TimeUnit::us, {300}), {.dt_ms = 0.1})), std::vector<std::uint32_t>{3});
  EXPECT_EQ(steps(*bin(events_at(TimeUnit::ms, {0.3}), {.dt_ms = 0.1})), std::vector<std::uint32_t>{2});
  EXPECT_EQ(steps(*bin(events_at(TimeUnit::ms, {0.3}), {.dt_ms = 0.1, .edge = Edge::nearest})),
            std::vector<std::uint32_t>{3});
}

TEST(Bin, SeveralEventsOfAStepAreCountedOrMadeOne) {
  EXPECT_EQ(bin(events_at(TimeUnit::step, {4, 4, 4}), {})->spikes, (std::vector<Spike>{{4, 0, 3}}));
  EXPECT_EQ(bin(events_at(TimeUnit::step, {4, 4, 4}), {.several = Several::one})->spikes,
            (std::vector<Spike>{{4, 0, 1}}));
}

TEST(Bin, TimesInAnyOrderAreSorted) {
  EXPECT_EQ(steps(*bin(events_at(TimeUnit::step, {4, 1, 3}), {})), (std::vector<std::uint32_t>{1, 3, 4}));
}

TEST(Bin, WhatIsLaterThanTheStepsWantedIsLeftOut) {
  const auto binned = bin(events_at(TimeUnit::step, {1, 5, 1e18}), {.steps = 5});
  ASSERT_TRUE(binned.ok()) << binned.error().text();
  EXPECT_EQ(steps(*binned), std::vector<std::uint32_t>{1});
}

TEST(Bin, AStatedEndSaysHowManyStepsThereAre) {
  Events events = events_at(TimeUnit::s, {0.001});
  events.end = 0.04;
  const auto binned = bin(std::move(events), {.dt_ms = 1.0});
  EXPECT_EQ(binned->steps, 40u);
  EXPECT_TRUE(binned->has_end);
}

TEST(Bin, RefusesWhatCannotBePutIntoSteps) {
  EXPECT_EQ(bin(events_at(TimeUnit::us, {1}), {}).error().text(),
            "error: 'x': times are in us, and nothing says how long a step is\n"
            "  hint      give the graph its \"dt\" in ms, or --bin MS (convert: --dt MS)");
  EXPECT_EQ(bin(events_at(TimeUnit::step, {1e12}), {}).error().text(),
            "error: 'x': an event lies too far off\n  expected  at most 1e9 steps\n"
            "  got       1e+12 steps\n  hint      --steps leaves out what is later");
  Events steps = events_at(TimeUnit::step, {1});
  steps.dt_ms = 1;
  EXPECT_EQ(
      bin(std::move(steps), {.dt_ms = 0.5}).error().text(),
      "error: 'x': the steps of the file are of another length\n  expected  0.5 ms a step\n  got       1\n"
      "  hint      --bin 1 takes them as they are");
  Events events = events_at(TimeUnit::step, {1});
  events.events[0].neuron = 7;
  EXPECT_EQ(
      bin(std::move(events), {.neurons = 7}).error().text(),
      "error: 'x': event 0 is of a neuron that is not there\n  expected  neurons 0 to 6\n  got       7");
}

TEST(Bin, ARowHoldsTheValuesOfItsStep) {
  Events events = events_at(TimeUnit::step, {2});
  events.events[0].neuron = 1;
  const auto binned = bin(std::move(events), {});
  std::vector<float> row(3, 9.0f);
  binned->fill(0, 2, row);
  EXPECT_EQ(row, (std::vector<float>{0, 1, 0}));
  binned->fill(0, 3, row);
  EXPECT_EQ(row, (std::vector<float>{0, 0, 0}));
}

TEST(Bin, ATimeThatIsWrittenIsReadBackAsItsStep) {
  for (const double width : {0.1, 0.001, 0.3, 1.0 / 3, 1e-4, 0.7})
    for (std::uint64_t step = 0; step < 20000; ++step)
      ASSERT_EQ(static_cast<std::uint64_t>(time_of(step, width) / width), step) << width;
}

}  // namespace
}  // namespace spikeloom::data
