#include "synapses/synapses.h"

#include <gtest/gtest.h>

#include <cmath>

#include "synapses/draw.h"
#include "synapses/packing.h"
#include "synapses/words.h"

namespace spikeloom {
namespace {

using Pairs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // target, source
using Rule = Synapses::Rule;

struct All {
  Pairs pairs;
  std::vector<float> weight;
  std::vector<std::uint32_t> delay;
};

All all_of(Synapses s) {
  set_delay_bounds(s);
  s.count = count_synapses(s);
  All all;
  s.for_each_batch([&](const Synapses::Batch& b) {
    for (std::size_t i = 0; i < b.target.size(); ++i) {
      all.pairs.emplace_back(b.target[i], b.source[i]);
      all.weight.push_back(b.weight[i]);
      all.delay.push_back(b.delay[i]);
    }
  });
  EXPECT_EQ(s.count, all.pairs.size());
  return all;
}

Synapses rule(Rule r, std::size_t out, std::size_t in, std::uint64_t seed = 0) {
  Synapses s;
  s.rule = r;
  s.out = out;
  s.in = in;
  s.seed = seed;
  return s;
}

// The expected pairs were computed by another program from the text of synapses/README.md.

TEST(Format, PinsTheFirstSynapsesOfAFixedProbability) {
  Synapses s = rule(Rule::fixed_probability, 30, 20, 7);
  s.probability = 0.05;
  Pairs first = all_of(s).pairs;
  first.resize(12);
  EXPECT_EQ(first, Pairs({{3, 0},
                          {17, 1},
                          {5, 2},
                          {23, 2},
                          {8, 4},
                          {15, 4},
                          {24, 4},
                          {13, 5},
                          {24, 5},
                          {1, 6},
                          {26, 6},
                          {1, 7}}));
}

TEST(Format, LeavesOutTheNeuronItselfWhereASliceIsRead) {
  Synapses s = rule(Rule::fixed_probability, 5, 4, 7);
  s.probability = 0.3;
  s.self = false;
  s.first_in = 1;
  EXPECT_EQ(all_of(s).pairs, Pairs({{0, 0}, {3, 1}, {0, 2}, {4, 2}}));
}

TEST(Format, PinsTheSynapsesOfAFixedIndegree) {
  Synapses s = rule(Rule::fixed_indegree, 4, 1000, 7);
  s.degree = 3;
  EXPECT_EQ(all_of(s).pairs, Pairs({{0, 75},
                                    {0, 332},
                                    {0, 835},
                                    {1, 144},
                                    {1, 263},
                                    {1, 400},
                                    {2, 405},
                                    {2, 613},
                                    {2, 768},
                                    {3, 172},
                                    {3, 236},
                                    {3, 696}}));
}

TEST(Format, DrawsThoseThatAreLeftOutOfALargeDegree) {
  Synapses s = rule(Rule::fixed_indegree, 3, 6, 7);
  s.degree = 4;
  s.self = false;
  s.first_in = 1;
  EXPECT_EQ(
      all_of(s).pairs,
      Pairs(
          {{0, 0}, {0, 2}, {0, 3}, {0, 4}, {1, 1}, {1, 3}, {1, 4}, {1, 5}, {2, 0}, {2, 2}, {2, 3}, {2, 5}}));
}

TEST(Format, KeepsRepeatedPairsInTheOrderDrawn) {
  Synapses s = rule(Rule::fixed_outdegree, 3, 3, 7);
  s.degree = 4;
  s.multapses = true;
  s.self = false;
  EXPECT_EQ(
      all_of(s).pairs,
      Pairs(
          {{2, 0}, {1, 0}, {2, 0}, {1, 0}, {0, 1}, {0, 1}, {0, 1}, {0, 1}, {1, 2}, {1, 2}, {1, 2}, {1, 2}}));
}

TEST(Format, SortsFewOfManyAsItSortsManyOfFew) {
  Synapses s = rule(Rule::fixed_outdegree, 100000, 3, (std::uint64_t{1} << 63) + 5);
  s.degree = 2;
  EXPECT_EQ(all_of(s).pairs, Pairs({{50411, 0}, {57586, 0}, {1561, 1}, {37708, 1}, {16221, 2}, {78763, 2}}));
}

TEST(Format, PinsDrawnNumbers) {
  SynapseValues uniform{.how = SynapseValues::How::uniform, .a = 1, .b = 3, .seed = 11};
  std::vector<double> x(5);
  draw::numbers(uniform, 2, draw::kWeights, x);
  const std::vector<double> between = {1.9661991596221924, 2.330593705177307, 1.3123005628585815,
                                       1.2876766920089722, 2.5353281497955322};
  EXPECT_EQ(x, between);
  SynapseValues normal{.how = SynapseValues::How::normal, .a = 5, .b = 2, .seed = 11};
  draw::numbers(normal, 2, draw::kDelays, x);
  const double around[] = {4.774239047767734, 5.4794865315676, 5.494907642979369, 6.585119506592988,
                           4.311899025273327};
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], around[i], 1e-6);
}

TEST(Format, HasALogarithmOfItsOwn) {
  for (double x = 1e-300; x < 1e300; x *= 1.7) EXPECT_NEAR(draw::natural_log(x), std::log(x), 1e-15 * 700);
  EXPECT_EQ(draw::natural_log(1.0), 0.0);
  EXPECT_NEAR(draw::natural_log(1 - 1e-9) / std::log1p(-1e-9), 1, 1e-6);
}

TEST(Rules, MakeAsManySynapsesAsChanceSays) {
  Synapses s = rule(Rule::fixed_probability, 1000, 1000, 3);
  s.probability = 0.01;
  s.count = count_synapses(s);
  EXPECT_EQ(s.count, 9978u);
  EXPECT_GT(expected_synapses(s), 10000u);
  EXPECT_LT(expected_synapses(s), 11000u);
}

TEST(Rules, OfAllPairsGoTargetByTarget) {
  Synapses s = rule(Rule::all_to_all, 2, 3);
  EXPECT_EQ(all_of(s).pairs, Pairs({{0, 0}, {0, 1}, {0, 2}, {1, 0}, {1, 1}, {1, 2}}));
  s.self = false;
  EXPECT_EQ(all_of(s).pairs, Pairs({{0, 1}, {0, 2}, {1, 0}, {1, 2}}));
  EXPECT_EQ(all_of(rule(Rule::one_to_one, 2, 2)).pairs, Pairs({{0, 0}, {1, 1}}));
}

TEST(Rules, AreDrawnEvenly) {
  Synapses s = rule(Rule::fixed_indegree, 4000, 10, 5);
  s.degree = 3;
  std::vector<double> count(10);
  for (const auto& [target, source] : all_of(s).pairs) count[source] += 1;
  for (const double n : count) EXPECT_NEAR(n, 1200, 5 * std::sqrt(1200 * 0.7));
}

TEST(Delays, AreBoundedAndRounded) {
  Synapses s = rule(Rule::all_to_all, 20, 20);
  s.delay = {.how = SynapseValues::How::normal, .a = 1.5, .b = 0.5, .least = 0.1, .most = 3, .seed = 1};
  s.step_length = 0.1;
  set_delay_bounds(s);
  EXPECT_EQ(s.least_delay, 1u);
  EXPECT_EQ(s.longest_delay, 30u);
  double sum = 0;
  for (const std::uint32_t d : all_of(s).delay) {
    EXPECT_GE(d, 1u);
    EXPECT_LE(d, 30u);
    sum += d;
  }
  EXPECT_NEAR(sum / 400, 15, 1);
  EXPECT_EQ(whole_steps(2.5), 3u);
  EXPECT_EQ(whole_steps(0.49999999999999994), 0u);
}

TEST(Packing, IsKnownBeforeItIsTaken) {
  Synapses s = rule(Rule::fixed_indegree, 100000, 100000, 1);
  s.degree = 1000;
  set_delay_bounds(s);
  s.count = count_synapses(s);
  const SynapsePacking p = packing_of(s);
  EXPECT_EQ(p.partitions, 13u);
  EXPECT_EQ(p.index_bytes, 2u);
  EXPECT_EQ(p.bytes(), 200'000'000u + 4 * (13 * 100000 + 1));
  EXPECT_EQ(p.delays, std::vector<std::uint32_t>({0}));
}

TEST(Words, SayWhatARuleIs) {
  Synapses s = rule(Rule::fixed_indegree, 10, 10, 4);
  s.degree = 3;
  s.self = false;
  s.weight.a = 0.25;
  s.delay = {.how = SynapseValues::How::uniform, .a = 1, .b = 4, .seed = 2};
  set_delay_bounds(s);
  EXPECT_EQ(rule_words(s), "fixed_indegree 3, seed 4, no self-connections");
  EXPECT_EQ(weight_words(s), "0.25, held once");
  EXPECT_EQ(delay_words(s), "1 to 4 steps, uniform from 1 to 4, seed 2");
}

}  // namespace
}  // namespace spikeloom
