// Whether blocks are shared, decided from how long they took: the times here are made up.
#include "session/pace.h"

#include <gtest/gtest.h>

#include <functional>

namespace spikeloom {
namespace {

using Time = std::function<double(int block)>;

/// The time of so many blocks, as a session goes through them.
double total(Pace& pace, int blocks, const Time& shared, const Time& alone) {
  double sum = 0;
  for (int block = 0; block < blocks; ++block) {
    const double ns = pace.shares(100) ? shared(block) : alone(block);
    pace.took(100, ns);
    sum += ns;
  }
  return sum;
}

Time always(double ns) {
  return [ns](int) { return ns; };
}

TEST(Pace, BeginsWithSharing) {
  EXPECT_TRUE(Pace().shares(100));
}

TEST(Pace, StaysWithSharingWhereThatIsQuicker) {
  Pace pace;
  EXPECT_LT(total(pace, 1000, always(0.55), always(1)), 0.57 * 1000);
}

TEST(Pace, LeavesSharingWhereThatIsSlower) {
  // One of two threads is always late: each sample reads the weights for itself.
  Pace pace;
  total(pace, 20, always(1.55), always(1));
  EXPECT_FALSE(pace.shares(100));
  EXPECT_LT(total(pace, 1000, always(1.55), always(1)), 1.02 * 1000) << "it looks too often";
}

TEST(Pace, LeavesSharingThatGainsNextToNothing) {
  Pace pace;
  total(pace, 20, always(0.98), always(1));
  EXPECT_FALSE(pace.shares(100)) << "the other core is better left to others";
  total(pace, 1000, always(0.9), always(1));
  EXPECT_FALSE(pace.shares(100)) << "it goes to and fro";
  total(pace, 600, always(0.8), always(1));
  EXPECT_TRUE(pace.shares(100));
}

TEST(Pace, FindsBackOnceOtherProgramsHaveGone) {
  Pace pace;
  total(pace, 1000, always(1.55), always(1));
  total(pace, 600, always(0.55), always(1));
  EXPECT_TRUE(pace.shares(100));
}

TEST(Pace, FollowsANetworkThatFallsSilentOrWakes) {
  Pace pace;
  total(pace, 100, always(55), always(100));
  EXPECT_TRUE(pace.shares(100));
  total(pace, 600, always(5.5), always(10));
  EXPECT_TRUE(pace.shares(100));
  total(pace, 600, always(55), always(100));
  EXPECT_TRUE(pace.shares(100));
}

TEST(Pace, ALateHelperNowAndThenIsWorthHisMean) {
  Pace pace;
  const Time sometimes = [](int block) { return block % 4 == 0 ? 1.1 : 0.55; };
  EXPECT_LT(total(pace, 1000, sometimes, always(1)), 0.75 * 1000);
}

TEST(Pace, TheFirstTouchOfMemoryIsNotTakenForTheTimeOfABlock) {
  Pace pace;
  int seen = 0;
  // The first block, and the first one that is not shared.
  const Time alone = [&](int) { return seen++ == 0 ? 50.0 : 1.0; };
  total(pace, 40, [](int block) { return block == 0 ? 40.0 : 1.2; }, alone);
  EXPECT_FALSE(pace.shares(100));
}

TEST(Pace, TheFirstBlockOfALookPaysForTheOtherWay) {
  Pace pace;
  bool was_shared = false;
  // Whoever shares leaves rows in another core's cache.
  const auto time = [&](bool shares) { return (was_shared ? 0.6 : 0.0) + (shares ? 0.7 : 1.0); };
  double sum = 0;
  for (int block = 0; block < 1000; ++block) {
    const bool shares = pace.shares(100);
    const double ns = time(shares);
    was_shared = shares;
    pace.took(100, ns);
    sum += ns;
  }
  EXPECT_FALSE(pace.shares(100));
  EXPECT_LT(sum, 1.03 * 1000);
}

TEST(Pace, KnowsBlocksThatAreLongEnoughToWakeAHelper) {
  Pace pace;
  EXPECT_FALSE(pace.are_long(100)) << "not known yet";
  total(pace, 3, always(5e6), always(1e7));
  EXPECT_TRUE(pace.are_long(100));
  EXPECT_FALSE(pace.are_long(10)) << "others";
  total(pace, 40, always(5e4), always(1e5));
  EXPECT_FALSE(pace.are_long(100)) << "the network has fallen silent";
}

TEST(Pace, ALookMayWaitWhereBlocksAreLong) {
  Pace pace;
  EXPECT_LT(total(pace, 30, always(1e7), always(2e7)), 30.1 * 1e7);
  EXPECT_GT(total(pace, 20, always(1e7), always(2e7)), 22 * 1e7) << "but it comes";
  Pace wrong;
  total(wrong, 50, always(2e7), always(1e7));
  EXPECT_FALSE(wrong.shares(100));
}

TEST(Pace, ShorterBlocksDoNotCount) {
  Pace pace;
  for (int block = 0; block < 200; ++block) {
    pace.took(100, pace.shares(100) ? 0.55 : 1);
    pace.took(28, pace.shares(28) ? 5 : 0.1);
  }
  EXPECT_TRUE(pace.shares(28));
}

}  // namespace
}  // namespace spikeloom
