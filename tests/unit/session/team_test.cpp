// Threads that help, and how much they are given to do.
#include "session/team.h"

#include <gtest/gtest.h>

#include <chrono>

#include "session/shares.h"
#include "unit/session/hand_written.h"

namespace spikeloom {
namespace {

struct Counted {
  std::vector<std::atomic<std::uint32_t>> times;
  std::atomic<unsigned> highest_worker{0};
  explicit Counted(std::size_t parts) : times(parts) {}
  static void take(void* context, std::uint32_t part, unsigned worker) {
    auto& counted = *static_cast<Counted*>(context);
    counted.times[part].fetch_add(1);
    unsigned highest = counted.highest_worker.load();
    while (worker > highest && !counted.highest_worker.compare_exchange_weak(highest, worker)) {
    }
  }
};

TEST(Team, RunsEveryPartOnce) {
  Team team(2, false);
  for (std::uint32_t round = 0; round < 2000; ++round) {
    Counted counted(round % 7 + 1);
    team.run(static_cast<std::uint32_t>(counted.times.size()), &Counted::take, &counted);
    for (const auto& times : counted.times) ASSERT_EQ(times.load(), 1u) << "round " << round;
    ASSERT_LE(counted.highest_worker.load(), 2u);
  }
}

TEST(Team, FallsAsleepAndWakesUp) {
  Team team(1, true);
  for (int round = 0; round < 4; ++round) {
    // Until the helper sleeps; asking wakes it, so it is asked rarely.
    bool is_awake = true;
    for (int ask = 0; is_awake && ask < 500; ++ask) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      is_awake = team.is_awake();
    }
    EXPECT_FALSE(is_awake) << "it spins for ever";
    Counted counted(100);
    team.run(100, &Counted::take, &counted);
    for (const auto& times : counted.times) ASSERT_EQ(times.load(), 1u);
  }
}

TEST(Team, WorkReachesTheOtherThreads) {
  Team team(1, false);
  struct Meeting {
    std::atomic<int> arrived{0};
    bool met[2] = {};
  } meeting;
  // Each part waits for the other: only two threads can end this.
  team.run(
      2,
      [](void* context, std::uint32_t part, unsigned) {
        auto& m = *static_cast<Meeting*>(context);
        m.arrived.fetch_add(1);
        const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (m.arrived.load() < 2 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
        m.met[part] = m.arrived.load() == 2;
      },
      &meeting);
  EXPECT_TRUE(meeting.met[0] && meeting.met[1]);
}

using Of = Shares::Choice::Of;

StageLoad load(double ns, std::uint32_t neurons, std::uint32_t longest = 0) {
  return {.ns = ns, .neurons = neurons, .longest = longest};
}

TEST(Shares, LittleWorkStaysOnOneThread) {
  const Shares one({load(400, 1000), load(10, 10)}, 1, 8);
  EXPECT_EQ(one.choose(25).of, Of::nothing);
  EXPECT_EQ(one.choose(1).threads, 1u);
}

TEST(Shares, ManySamplesAreSharedAsSamples) {
  const Shares shares({load(400, 1000), load(10, 10)}, 128, 8);
  EXPECT_EQ(shares.choose(25).of, Of::samples);
  EXPECT_EQ(shares.choose(25).threads, 8u);
  EXPECT_EQ(shares.choose(1).threads, 2u) << "52 us are two shares";
}

TEST(Shares, OneSampleIsSharedByTheNeuronsOfItsLargeStages) {
  const Shares shares({load(4000, 1024), load(20, 20)}, 1, 4);
  EXPECT_EQ(shares.choose(100).of, Of::neurons);
  EXPECT_EQ(shares.choose(100).threads, 4u);
  EXPECT_EQ(shares.threads_of_call(shares.stages()[0], 100), 4u);
  EXPECT_EQ(shares.threads_of_call(shares.stages()[1], 100), 1u);
}

TEST(Shares, AStageThatIsWholeOrRunsStepByStepIsNotDivided) {
  StageLoad whole = load(4000, 1024);
  whole.is_whole = true;
  EXPECT_EQ(Shares({whole}, 1, 2).choose(100).of, Of::nothing);
  EXPECT_EQ(Shares({load(4000, 1024, 1)}, 1, 2).choose(100).of, Of::nothing);
  EXPECT_EQ(Shares({load(4000, 1024, 1)}, 32, 2).choose(100).of, Of::samples)
      << "samples meet once a block, not every step";
}

TEST(Shares, FewSamplesAreNotTornApartWhereNeuronsCanBeShared) {
  // W2: each of two samples alone would read all weights for itself.
  const std::vector<StageLoad> deep = {load(700, 1024), load(1000, 1024), load(1000, 1024), load(60, 20)};
  EXPECT_EQ(Shares(deep, 2, 2).choose(100).of, Of::neurons);
  EXPECT_EQ(Shares(deep, 32, 2).choose(100).of, Of::samples);
  EXPECT_EQ(Shares(deep, 128, 2).choose(100).of, Of::samples);
}

TEST(Shares, NobodyTakesOnePartMoreThanTheOthers) {
  // W1: of four parts, 10, 10, 10 and 2 samples, one thread had 20 of 32.
  EXPECT_EQ(Shares::samples_of_part(32, 2, 25), 16u);
  // W2: parts of 8 would bring all weights near twice as often.
  EXPECT_EQ(Shares::samples_of_part(32, 2, 100), 16u);
  EXPECT_EQ(Shares::samples_of_part(128, 2, 100), 16u);
  for (const std::uint32_t batch : {16u, 32u, 64u, 128u, 1000u})
    for (const unsigned threads : {2u, 4u})
      for (const std::uint32_t steps : {1u, 25u, 100u, 128u}) {
        const std::uint32_t each = Shares::samples_of_part(batch, threads, steps);
        const std::uint32_t parts = (batch + each - 1) / each;
        EXPECT_EQ((parts + threads - 1) / threads * threads, parts)
            << batch << " samples, " << steps << " steps";
      }
}

TEST(Shares, PartsCoverEverythingInPiecesOf64) {
  for (const std::uint32_t neurons : {1u, 63u, 64u, 65u, 1000u, 4097u})
    for (const unsigned threads : {1u, 2u, 3u, 7u}) {
      const std::uint32_t each = Shares::neurons_of_part(neurons, threads);
      EXPECT_EQ(each % 64, 0u);
      EXPECT_GE(std::uint64_t{each} * threads, neurons);
    }
  EXPECT_EQ(Shares::neurons_of_part(1024, 2), 512u);
  for (const std::uint32_t batch : {2u, 3u, 32u, 1000u})
    for (const std::uint32_t steps : {1u, 25u, 128u}) {
      const std::uint32_t each = Shares::samples_of_part(batch, 2, steps);
      EXPECT_GE(each, 1u);
      EXPECT_LE(each, (batch + 1) / 2) << "there is something for both";
    }
}

}  // namespace
}  // namespace spikeloom
