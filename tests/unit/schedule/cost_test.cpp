#include "schedule/cost.h"

#include <gtest/gtest.h>

#include <cmath>

#include <limits>
#include <string>

namespace spikeloom {
namespace {

const MachineCosts kMachine;

TEST(Cost, MoreEventsNeverCostLess) {
  for (const std::uint64_t rows : {1, 8, 32, 4096})
    for (const std::uint64_t n : {10, 100, 1000, 8192}) {
      double before = 0;
      for (double density = 0; density <= 1.0; density += 1.0 / 128) {
        const double ns = event_cost(kMachine, {n, n, rows}, density).ns;
        EXPECT_GE(ns, before) << n << " at " << density << ", rows " << rows;
        before = ns;
      }
    }
}

TEST(Cost, MoreWeightsNeverCostLess) {
  for (std::uint64_t n = 16; n <= 16384; n *= 2) {
    EXPECT_LT(event_cost(kMachine, {n, 100}, 0.1).ns, event_cost(kMachine, {2 * n, 100}, 0.1).ns);
    EXPECT_LE(event_cost(kMachine, {100, n}, 0.1).ns, event_cost(kMachine, {100, 2 * n}, 0.1).ns);
    EXPECT_LT(dense_cost(kMachine, {n, 100}).ns, dense_cost(kMachine, {2 * n, 100}).ns);
    EXPECT_LT(dense_cost(kMachine, {100, n}).ns, dense_cost(kMachine, {100, 2 * n}).ns);
  }
}

TEST(Cost, ALongerBlockNeverCostsMore) {
  for (std::uint64_t rows = 1; rows <= 1024; rows *= 2) {
    EXPECT_GE(event_cost(kMachine, {4096, 4096, rows}, 0.1).ns,
              event_cost(kMachine, {4096, 4096, 2 * rows}, 0.1).ns);
    EXPECT_GE(dense_cost(kMachine, {4096, 4096, rows}).ns, dense_cost(kMachine, {4096, 4096, 2 * rows}).ns);
    EXPECT_GE(update_cost(kMachine, 1 << 22, 6, 4, rows).ns,
              update_cost(kMachine, 1 << 22, 6, 4, 2 * rows).ns);
  }
}

TEST(Cost, TheCrossoverIsADensity) {
  for (const std::uint64_t rows : {1, 2, 32, 100000})
    for (const std::uint64_t in : {0, 1, 10, 784, 16384})
      for (const std::uint64_t out : {1, 10, 1000, 16384}) {
        const double crossover = crossover_density(kMachine, {in, out, rows});
        EXPECT_GT(crossover, 0) << in << " x " << out;
        EXPECT_LE(crossover, 1) << in << " x " << out;
      }
}

TEST(Cost, EventsWinBelowTheCrossoverAndLoseAboveIt) {
  for (const std::uint64_t n : {256, 784, 4096}) {
    const DriveShape shape{n, n};
    const double crossover = crossover_density(kMachine, shape);
    ASSERT_LT(crossover, 0.99);
    for (const double below : {0.5, 0.98})
      EXPECT_LT(event_cost(kMachine, shape, crossover * below).ns,
                dense_cost(kMachine, shape, crossover * below).ns);
    EXPECT_GT(event_cost(kMachine, shape, crossover * 1.02).ns,
              dense_cost(kMachine, shape, crossover * 1.02).ns);
  }
}

TEST(Cost, EventsWinLongerWhereTheWeightsAreNear) {
  // 3 MB of weights are in L3 and a panel of them in L2; 64 MB are in memory.
  const double near = crossover_density(kMachine, 784, 1024, 25),
               far = crossover_density(kMachine, 4096, 4096, 25);
  EXPECT_NEAR(near, 0.45, 0.1);
  EXPECT_LT(far, 0.9 * near);
  // A panel that many samples share is near for all but the first.
  EXPECT_GT(crossover_density(kMachine, 4096, 4096, 4096), far);
}

TEST(Cost, PanelsAreBroughtNearFromWhereOrderMatters) {
  const DriveShape in_memory{16384, 16384, 512}, in_l3{784, 1000, 512}, in_l2{300, 300, 512};
  EXPECT_GT(near_events(kMachine, in_memory), 0.1);
  EXPECT_LT(near_events(kMachine, in_memory), 1);
  EXPECT_GT(near_events(kMachine, in_l3), 1) << "rows in any order lose less there";
  EXPECT_LT(near_events(kMachine, in_l3), 2);
  EXPECT_TRUE(std::isinf(near_events(kMachine, in_l2))) << "near anyway";
  MachineCosts level = kMachine;
  level.memory.rows_gbs = level.memory.stream_gbs;
  level.l3.rows_gbs = level.l3.stream_gbs;
  EXPECT_TRUE(std::isinf(near_events(level, in_l3))) << "any order is as good";
  // One step of one sample needs few rows, a block of many samples nearly all.
  EXPECT_LT(event_cost(kMachine, in_memory, 0.01).ns, 0.5 * event_cost(kMachine, {16384, 16384, 1}, 0.01).ns);
}

TEST(Cost, AFasterMatrixKernelLowersTheCrossover) {
  MachineCosts machine;
  machine.fma_per_ns *= 4;
  EXPECT_LT(crossover_density(machine, 784, 1024), crossover_density(kMachine, 784, 1024));
}

TEST(Cost, FewNeuronsHardlyPayForADenseProductOfSpikes) {
  EXPECT_GT(crossover_density(kMachine, {1000, 10}), 0.45);
  EXPECT_GT(crossover_density(kMachine, {.fan_in = 1000, .out = 10}),
            crossover_density(kMachine, {.fan_in = 1000, .out = 10, .bits = false}));
}

TEST(Cost, SaysWhatItIsBoundBy) {
  EXPECT_EQ(event_cost(kMachine, {4096, 4096, 1}, 0.01).bound, Bound::memory);
  EXPECT_EQ(event_cost(kMachine, {1000, 10}, 0.2).bound, Bound::chain);
  EXPECT_EQ(event_cost(kMachine, {1000, 10}, 0).bound, Bound::lists);
  EXPECT_EQ(dense_cost(kMachine, {784, 1024}).bound, Bound::multiply_adds);
  EXPECT_EQ(update_cost(kMachine, 1000, 6, 4, 32).bound, Bound::update);
  EXPECT_EQ(update_cost(kMachine, 1 << 24, 6, 4, 1).bound, Bound::memory);
  EXPECT_EQ(words(Bound::l2), std::string("reads from L2"));
}

TEST(Cost, RatesThatNoMachineHasAreNotPlausible) {
  EXPECT_TRUE(is_plausible(kMachine));
  for (const double bad :
       {0.0, -1.0, 1e30, std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    MachineCosts c;
    c.adds_per_ns = bad;
    EXPECT_FALSE(is_plausible(c)) << bad;
    c = {};
    c.l2.rows_gbs = bad;
    EXPECT_FALSE(is_plausible(c)) << bad;
    c = {};
    c.chain_ns = bad;
    EXPECT_FALSE(is_plausible(c)) << bad;
  }
  MachineCosts c;
  c.l3.bytes = c.l2.bytes / 2;
  EXPECT_FALSE(is_plausible(c)) << "a cache that is smaller than the one before it";
}

}  // namespace
}  // namespace spikeloom
