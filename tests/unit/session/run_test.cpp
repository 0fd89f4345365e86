#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "unit/session/hand_written.h"

namespace spikeloom {
namespace {

constexpr std::uint32_t kBatch = 3;
constexpr std::uint64_t kSteps = 100;
constexpr float kBias = 0.05f;

Session session_of(const hand::Options& o, std::uint32_t batch = kBatch) {
  Result<Session> created = Session::create(hand::program(o), {.batch = batch});
  EXPECT_TRUE(created.ok());
  Session session = *std::move(created);
  EXPECT_TRUE(session.set_input("bias", std::vector<float>(o.neurons, kBias)).ok());
  return session;
}

std::vector<float> row_of(std::uint64_t step, std::uint32_t batch, std::uint32_t neurons) {
  std::vector<float> row;
  for (std::uint32_t b = 0; b < batch; ++b)
    for (std::uint32_t j = 0; j < neurons; ++j) row.push_back(hand::drive(step, b, j));
  return row;
}

void expect_same(std::span<const float> got, std::span<const float> want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], want[i]) << what << " at " << i;
}

std::vector<hand::Options> variants() {
  std::vector<hand::Options> all;
  for (const std::uint32_t neurons : {1u, 8u, 21u, 64u, 513u})
    for (const bool history : {false, true}) {
      all.push_back({.neurons = neurons, .delay = 1, .slots = 2, .block_steps = 1, .history = history});
      all.push_back({.neurons = neurons, .delay = 3, .slots = 8, .block_steps = 4, .history = history});
      all.push_back({.neurons = neurons,
                     .delay = 7,
                     .slots = 11,
                     .block_steps = 4,
                     .history = history,
                     .stepwise = false,
                     .initial_mem = 1.5f});
    }
  return all;
}

TEST(SessionRun, FollowsTheEquationsWhateverTheRingsAndBlocks) {
  for (const hand::Options& o : variants()) {
    Session session = session_of(o);
    TraceRecorder mem, spikes;
    ASSERT_TRUE(session.record("lif1.mem", mem).ok());
    ASSERT_TRUE(session.record("lif1", spikes).ok());
    const Result<std::uint64_t> done = session.run(kSteps, hand::source(kBatch, o.neurons));
    ASSERT_TRUE(done.ok());
    ASSERT_EQ(*done, kSteps);
    const hand::Trace want = hand::expected(o, kBatch, kSteps, kBias);
    expect_same(mem.values(), want.mem, "mem");
    expect_same(spikes.values(), want.spikes, "spikes");
    EXPECT_GT(std::count(want.spikes.begin(), want.spikes.end(), 1.0f), 0)
        << "a network that is silent tests nothing";
  }
}

TEST(SessionRun, PiecesOfAnySizeAndSingleStepsGiveTheSameBits) {
  std::mt19937 random(1);
  for (const hand::Options& o : variants()) {
    const hand::Trace want = hand::expected(o, kBatch, kSteps, kBias);
    Session session = session_of(o);
    TraceRecorder spikes;
    ASSERT_TRUE(session.record("spikes", spikes).ok());
    for (std::uint64_t t = 0; t < kSteps;) {
      if (random() % 2) {
        const std::vector<float> row = row_of(t, kBatch, o.neurons);
        const std::span<const float> inputs[] = {row};
        ASSERT_TRUE(session.step(inputs).ok());
        ++t;
      } else {
        const std::uint64_t piece = std::min<std::uint64_t>(random() % 10, kSteps - t);
        ASSERT_TRUE(session.run(piece, hand::source(kBatch, o.neurons)).ok());
        t += piece;
      }
    }
    EXPECT_EQ(session.step_count(), kSteps);
    expect_same(spikes.values(), want.spikes, "spikes");
    std::vector<float> mem(std::size_t{kBatch} * o.neurons);
    ASSERT_TRUE(session.read("lif1.mem", mem).ok());
    expect_same(mem, std::span(want.mem).last(mem.size()), "last mem");
  }
}

TEST(SessionRun, InputsThatLieInMemoryGiveTheSameBits) {
  for (const hand::Options& o : variants()) {
    const hand::Trace want = hand::expected(o, kBatch, kSteps, kBias);
    std::vector<float> all;
    for (std::uint64_t t = 0; t < kSteps; ++t)
      for (const float x : row_of(t, kBatch, o.neurons)) all.push_back(x);
    const std::size_t row = std::size_t{kBatch} * o.neurons;
    const InputView view = [&](std::string_view, std::uint64_t first, std::uint32_t steps) {
      return Result<std::span<const float>>(std::span<const float>(all).subspan(first * row, steps * row));
    };
    Session session = session_of(o);
    TraceRecorder spikes;
    ASSERT_TRUE(session.record("spikes", spikes).ok());
    ASSERT_TRUE(session.run_in_place(kSteps, view).ok());
    expect_same(spikes.values(), want.spikes, "spikes");

    ASSERT_TRUE(session.reset().ok());
    all[7 * row + 1] = std::numeric_limits<float>::infinity();
    const Result<std::uint64_t> infinite = session.run_in_place(kSteps, view);
    ASSERT_FALSE(infinite.ok());
    EXPECT_NE(infinite.error().text().find("is not finite at step 7, sample "), std::string::npos)
        << infinite.error().text();
    const Result<std::uint64_t> few =
        session.run_in_place(kSteps, [&](std::string_view, std::uint64_t, std::uint32_t) {
          return Result<std::span<const float>>(std::span<const float>(all).first(1));
        });
    EXPECT_FALSE(few.ok());
  }
}

TEST(SessionRun, BlocksAreAsLongAsTheTableAllowsUnlessAStateWithoutHistoryIsRecorded) {
  struct Longest final : Recorder {
    std::uint32_t steps = 0;
    std::uint64_t next = 0;
    Result<void> record(const Block& block) override {
      EXPECT_EQ(block.first_step, next) << "blocks follow each other";
      next += block.steps;
      steps = std::max(steps, block.steps);
      return {};
    }
  };
  for (const bool history : {false, true}) {
    const hand::Options o{.delay = 3, .slots = 16, .block_steps = 8, .history = history};
    Session spikes_only = session_of(o), with_mem = session_of(o);
    Longest spikes, mem;
    ASSERT_TRUE(spikes_only.record("lif1", spikes).ok());
    ASSERT_TRUE(with_mem.record("lif1.mem", mem).ok());
    ASSERT_TRUE(spikes_only.run(kSteps, hand::source(kBatch, o.neurons)).ok());
    ASSERT_TRUE(with_mem.run(kSteps, hand::source(kBatch, o.neurons)).ok());
    EXPECT_EQ(spikes.steps, 8u);
    EXPECT_EQ(mem.steps, history ? 8u : 1u);
    EXPECT_EQ(mem.next, kSteps);
  }
}

TEST(SessionRun, AResetStartsTheSameRunAgainAndKeepsConstantInputs) {
  const hand::Options o;
  Session session = session_of(o);
  const hand::Trace want = hand::expected(o, kBatch, kSteps, kBias);
  for (int round = 0; round < 3; ++round) {
    TraceRecorder spikes;
    ASSERT_TRUE(session.record("lif1", spikes).ok());
    ASSERT_TRUE(session.run(kSteps, hand::source(kBatch, o.neurons)).ok());
    expect_same(spikes.values(), want.spikes, "spikes");
    ASSERT_TRUE(session.finish_recording().ok());
    ASSERT_TRUE(session.reset().ok());
    EXPECT_EQ(session.step_count(), 0u);
  }
}

TEST(SessionRun, StopsBetweenBlocksAndSaysHowFarItCame) {
  const hand::Options o;
  Session session = session_of(o);
  std::stop_source stop;
  std::vector<std::uint64_t> told;
  const Result<std::uint64_t> done =
      session.run(kSteps, hand::source(kBatch, o.neurons),
                  {.stop = stop.get_token(), .progress = [&](std::uint64_t at, std::uint64_t steps) {
                     EXPECT_EQ(steps, kSteps);
                     told.push_back(at);
                     if (at >= 20) stop.request_stop();
                   }});
  ASSERT_TRUE(done.ok());
  EXPECT_GE(*done, 20u);
  EXPECT_LE(*done, 20u + o.block_steps);
  EXPECT_EQ(session.step_count(), *done);
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), *done);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end(), std::less_equal<>())) << "strictly rising";
  EXPECT_EQ(*session.run(5, hand::source(kBatch, o.neurons), {.stop = stop.get_token()}), 0u);
}

TEST(SessionRun, AFailingSourceOrRecorderEndsTheRunWithItsError) {
  const hand::Options o;
  Session session = session_of(o);
  const InputSource broken = [&](std::string_view, std::uint64_t first, std::uint32_t,
                                 std::span<float> rows) {
    std::fill(rows.begin(), rows.end(), 0.0f);
    return first < 8 ? Result<void>() : Result<void>(Error(ErrorKind::io, "the disk is gone"));
  };
  const Result<std::uint64_t> done = session.run(kSteps, broken);
  ASSERT_FALSE(done.ok());
  EXPECT_EQ(done.error().kind(), ErrorKind::io);
  EXPECT_EQ(session.step_count(), 8u);

  struct Full final : Recorder {
    Result<void> record(const Block&) override { return Error(ErrorKind::io, "no space"); }
  } full;
  ASSERT_TRUE(session.record("lif1", full).ok());
  EXPECT_EQ(session.run(4, hand::source(kBatch, o.neurons)).error().diagnostics[0].what, "no space");
}

TEST(SessionRun, RecordsAnyRangeOfNeurons) {
  const hand::Options o{.neurons = 77};
  const hand::Trace want = hand::expected(o, kBatch, kSteps, kBias);
  for (const auto& [first, count] : std::vector<std::pair<std::uint32_t, std::uint32_t>>{
           {0, 77}, {0, 8}, {5, 1}, {8, 16}, {3, 70}, {13, 64}, {76, 1}, {77, 0}, {40, SPIKELOOM_NONE}}) {
    Session session = session_of(o);
    TraceRecorder mem, spikes;
    SpikeCounter counter;
    ASSERT_TRUE(session.record("lif1.mem", mem, first, count).ok());
    ASSERT_TRUE(session.record("lif1", spikes, first, count).ok());
    ASSERT_TRUE(session.record("lif1", counter, first, count).ok());
    ASSERT_TRUE(session.run(kSteps, hand::source(kBatch, o.neurons)).ok());
    const std::uint32_t n = count == SPIKELOOM_NONE ? 77 - first : count;
    ASSERT_EQ(spikes.neurons(), n);
    std::uint64_t total = 0;
    for (std::uint64_t t = 0; t < kSteps; ++t)
      for (std::uint32_t b = 0; b < kBatch; ++b)
        for (std::uint32_t j = 0; j < n; ++j) {
          const std::size_t at = (t * kBatch + b) * 77 + first + j;
          ASSERT_EQ(mem.at(t, b, j), want.mem[at]);
          ASSERT_EQ(spikes.at(t, b, j), want.spikes[at]);
          total += want.spikes[at] != 0;
        }
    EXPECT_EQ(counter.total(), total);
  }
}

TEST(SessionRun, AnInitialStatePerSampleReachesItsSample) {
  const hand::Options o{.history = true, .initial_mem = 0.5f, .initial_rows = 3};
  Session session = session_of(o, 3);
  std::vector<float> mem(std::size_t{3} * o.neurons);
  ASSERT_TRUE(session.read("lif1.mem", mem).ok());
  for (std::uint32_t b = 0; b < 3; ++b)
    for (std::uint32_t j = 0; j < o.neurons; ++j)
      EXPECT_EQ(mem[b * o.neurons + j], 0.5f + static_cast<float>(b));
  TraceRecorder trace;
  ASSERT_TRUE(session.record("lif1.mem", trace).ok());
  ASSERT_TRUE(session.run(kSteps, hand::source(3, o.neurons)).ok());
  expect_same(trace.values(), hand::expected(o, 3, kSteps, kBias).mem, "mem");
  EXPECT_EQ(Session::create(hand::program(o), {.batch = 2}).error().kind(), ErrorKind::usage);
}

TEST(SessionRun, TellsAnObserverOfEveryCallOfAStage) {
  struct Seen {
    std::vector<std::pair<std::uint32_t, int>> calls;
    static void observe(void* context, std::uint32_t stage, int begins) {
      static_cast<Seen*>(context)->calls.emplace_back(stage, begins);
    }
  } seen;
  Result<Session> session =
      Session::create(hand::program(), {.stage_observer = &Seen::observe, .observer_context = &seen});
  ASSERT_TRUE(session.ok());
  ASSERT_TRUE(session->set_input("bias", std::vector<float>(21, kBias)).ok());
  ASSERT_TRUE(session->run(10, hand::source(1, 21)).ok());
  // The one stage is part of a loop, so it is called in every step.
  ASSERT_EQ(seen.calls.size(), 20u);
  for (std::size_t i = 0; i < seen.calls.size(); ++i) {
    EXPECT_EQ(seen.calls[i].first, 0u);
    EXPECT_EQ(seen.calls[i].second, i % 2 == 0 ? 1 : 0);
  }
}

}  // namespace
}  // namespace spikeloom
