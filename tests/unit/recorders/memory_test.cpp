#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "unit/recorders/blocks.h"

namespace spikeloom {
namespace {

using testing::make_block;
using testing::spike_pattern;

constexpr std::uint32_t kSamples = 2;

TEST(Block, ReadsBitsAndFloatsAlikeAndIgnoresWhatLiesBehind) {
  for (const std::uint32_t neurons : {1u, 7u, 8u, 9u, 64u, 65u, 130u})
    for (const spikeloom_element element : {SPIKELOOM_BITS, SPIKELOOM_FLOAT}) {
      const auto data = make_block(element, 5, 4, kSamples, neurons, spike_pattern);
      std::vector<std::uint32_t> spiked;
      std::vector<float> row(neurons);
      for (std::uint32_t s = 0; s < 4; ++s)
        for (std::uint32_t b = 0; b < kSamples; ++b) {
          std::vector<std::uint32_t> want;
          data.block.copy_row(s, b, row);
          for (std::uint32_t j = 0; j < neurons; ++j) {
            const float value = spike_pattern(5 + s, b, j);
            EXPECT_EQ(data.block.at(s, b, j), value);
            EXPECT_EQ(row[j], value);
            if (value != 0) want.push_back(j);
          }
          data.block.spikes(s, b, spiked);
          EXPECT_EQ(spiked, want);
          EXPECT_EQ(data.block.count_spikes(s, b), want.size());
        }
    }
}

TEST(Block, EveryNanIsTheSameNan) {
  const auto data = make_block(SPIKELOOM_FLOAT, 0, 1, 1, 3, [](auto, auto, std::uint32_t j) {
    return j == 1 ? 2.5f : std::bit_cast<float>(j == 0 ? 0xffc12345u : 0x7f800001u);
  });
  std::vector<float> row(3);
  data.block.copy_row(0, 0, row);
  for (const std::uint32_t j : {0u, 2u}) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(row[j]), 0x7fc00000u);
    EXPECT_EQ(std::bit_cast<std::uint32_t>(data.block.at(0, 0, j)), 0x7fc00000u);
  }
  EXPECT_EQ(row[1], 2.5f);
}

TEST(TraceRecorder, KeepsEveryValueOfSeveralBlocks) {
  TraceRecorder trace;
  const auto value = [](std::uint64_t t, std::uint32_t b, std::uint32_t j) {
    return static_cast<float>(t * 100 + b * 10 + j);
  };
  ASSERT_TRUE(trace.record(make_block(SPIKELOOM_FLOAT, 3, 4, kSamples, 5, value).block).ok());
  ASSERT_TRUE(trace.record(make_block(SPIKELOOM_FLOAT, 7, 2, kSamples, 5, value).block).ok());
  EXPECT_EQ(trace.first_step(), 3u);
  EXPECT_EQ(trace.steps(), 6u);
  ASSERT_EQ(trace.values().size(), 6u * kSamples * 5);
  for (std::uint32_t t = 0; t < 6; ++t) EXPECT_EQ(trace.at(t, 1, 4), value(3 + t, 1, 4));
  EXPECT_EQ(trace.record(make_block(SPIKELOOM_FLOAT, 9, 1, kSamples, 6, value).block).error().kind(),
            ErrorKind::usage);
  trace.clear();
  EXPECT_EQ(trace.steps(), 0u);
  EXPECT_TRUE(trace.record(make_block(SPIKELOOM_FLOAT, 0, 1, 1, 6, value).block).ok());
}

TEST(TraceRecorder, RefusesWhatItsLimitDoesNotHold) {
  TraceRecorder trace(sizeof(float) * 10);
  ASSERT_TRUE(trace.record(make_block(SPIKELOOM_FLOAT, 0, 2, 1, 5, spike_pattern).block).ok());
  const Result<void> full = trace.record(make_block(SPIKELOOM_FLOAT, 2, 1, 1, 5, spike_pattern).block);
  ASSERT_FALSE(full.ok());
  EXPECT_EQ(full.error().kind(), ErrorKind::limit);
  EXPECT_EQ(trace.steps(), 2u);
}

TEST(SpikeRecorder, KeepsEventsInOrderWithGradedValues) {
  SpikeRecorder events;
  const auto graded = [](std::uint64_t t, std::uint32_t b, std::uint32_t j) {
    return spike_pattern(t, b, j) * -0.5f;
  };
  ASSERT_TRUE(events.record(make_block(SPIKELOOM_FLOAT, 0, 10, kSamples, 13, graded).block).ok());
  ASSERT_TRUE(events.record(make_block(SPIKELOOM_BITS, 10, 10, kSamples, 13, spike_pattern).block).ok());
  std::vector<SpikeEvent> want;
  for (std::uint64_t t = 0; t < 20; ++t)
    for (std::uint32_t b = 0; b < kSamples; ++b)
      for (std::uint32_t j = 0; j < 13; ++j)
        if (spike_pattern(t, b, j) != 0) want.push_back({t, b, j, t < 10 ? -0.5f : 1.0f});
  ASSERT_EQ(events.events().size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_EQ(events.events()[i], want[i]);
  EXPECT_EQ(events.steps(), 20u);

  SpikeRecorder small(sizeof(SpikeEvent) * 3);
  EXPECT_EQ(small.record(make_block(SPIKELOOM_BITS, 0, 10, kSamples, 13, spike_pattern).block).error().kind(),
            ErrorKind::limit);
}

TEST(SpikeCounter, CountsEachNeuronAndNamesTheMostActive) {
  SpikeCounter counter;
  const auto pattern = [](std::uint64_t t, std::uint32_t b, std::uint32_t j) {
    return j == 0 || t % (j + b + 1) == 0 ? (j == 3 ? 1.0f : static_cast<float>(t % 2)) : 0.0f;
  };
  ASSERT_TRUE(counter.record(make_block(SPIKELOOM_BITS, 0, 7, kSamples, 6, pattern).block).ok());
  ASSERT_TRUE(counter.record(make_block(SPIKELOOM_BITS, 7, 5, kSamples, 6, pattern).block).ok());
  std::uint64_t total = 0;
  for (std::uint32_t b = 0; b < kSamples; ++b)
    for (std::uint32_t j = 0; j < 6; ++j) {
      std::uint64_t want = 0;
      for (std::uint64_t t = 0; t < 12; ++t) want += pattern(t, b, j) != 0;
      EXPECT_EQ(counter.counts()[b * 6 + j], want);
      total += want;
    }
  EXPECT_EQ(counter.total(), total);
  EXPECT_DOUBLE_EQ(counter.mean_per_step(), static_cast<double>(total) / (12.0 * 12));
  EXPECT_EQ(counter.most_active(0), 0u) << "six spikes of neuron 0";
  EXPECT_EQ(SpikeCounter().mean_per_step(), 0.0);
}

TEST(RateRecorder, GivesHertzForEachWindowAlsoAShorterLast) {
  RateRecorder rate(0.5, 4);
  const auto first_half = [](std::uint64_t t, std::uint32_t, std::uint32_t j) {
    return j < 2 && t < 4 ? 1.0f : 0.0f;
  };
  ASSERT_TRUE(rate.record(make_block(SPIKELOOM_BITS, 0, 3, kSamples, 4, first_half).block).ok());
  ASSERT_TRUE(rate.record(make_block(SPIKELOOM_BITS, 3, 6, kSamples, 4, first_half).block).ok());
  const std::vector<double> want = {0.5 / 0.0005, 0, 0};  // half of the neurons, every half ms
  ASSERT_EQ(rate.rates().size(), want.size());
  for (std::size_t i = 0; i < want.size(); ++i) EXPECT_DOUBLE_EQ(rate.rates()[i], want[i]);

  RateRecorder last(1.0, 4);
  const auto always = [](auto, auto, auto) { return 1.0f; };
  ASSERT_TRUE(last.record(make_block(SPIKELOOM_BITS, 0, 6, 1, 3, always).block).ok());
  EXPECT_DOUBLE_EQ(last.rates().at(1), 1000.0) << "two of four steps, all of them full";
}

}  // namespace
}  // namespace spikeloom
