// The reference against closed forms and hand-made traces.
#include <gtest/gtest.h>

#include <algorithm>
#include <cfenv>
#include <cmath>
#include <limits>

#include "reference/simulator.h"
#include "unit/model/networks.h"

namespace spikeloom::reference {
namespace {

using Rows = std::vector<std::vector<float>>;

/// Values of `what` after each step; `input` is set before each (the last row holds on).
Rows run(const Built& b, const std::string& what, std::size_t steps, const Rows& input,
         std::uint32_t batch = 1) {
  Simulator s(*b.model, batch);
  Rows rows;
  for (std::size_t t = 0; t < steps; ++t) {
    if (!input.empty()) s.set_input(0, input[std::min(t, input.size() - 1)]);
    s.step();
    const auto v = s.value(b.signal(what));
    rows.emplace_back(v.begin(), v.end());
  }
  return rows;
}

std::vector<float> column(const Rows& rows, std::size_t i = 0) {
  std::vector<float> all;
  for (const auto& row : rows) all.push_back(row[i]);
  return all;
}

TEST(Lif, FollowsItsClosedFormBelowThreshold) {
  const Built b =
      build("'n': { 'type': 'lif', 'from': 'x', 'beta': 0.9, 'threshold': 100 }", "'x': { 'shape': [1] }");
  ASSERT_TRUE(b.model) << b.problems();
  const auto mem = column(run(b, "n.mem", 50, {{0.3f}}));
  for (std::size_t t = 1; t <= mem.size(); ++t)
    EXPECT_NEAR(mem[t - 1], 0.3 * (1 - std::pow(0.9, t)) / (1 - 0.9), 2e-5);
}

TEST(Lif, ResetsOneStepAfterItsSpikeUnlessToldOtherwise) {
  // Powers of two: every sum is exact.
  const Built b = build(R"(
    'late': { 'type': 'lif', 'from': 'x', 'beta': 0.5 },
    'now':  { 'type': 'lif', 'from': 'x', 'beta': 0.5, 'reset_delay': false },
    'zero': { 'type': 'lif', 'from': 'x', 'beta': 0.5, 'reset': 'zero' })",
                        "'x': { 'shape': [1] }");
  ASSERT_TRUE(b.model) << b.problems();
  const Rows input{{0.75f}};
  EXPECT_EQ(column(run(b, "late.mem", 4, input)), std::vector<float>({0.75, 1.125, 0.3125, 0.90625}));
  EXPECT_EQ(column(run(b, "late", 4, input)), std::vector<float>({0, 1, 0, 0}));
  EXPECT_EQ(column(run(b, "now.mem", 4, input)), std::vector<float>({0.75, 0.125, 0.8125, 0.15625}));
  EXPECT_EQ(column(run(b, "zero.mem", 4, input)), std::vector<float>({0.75, 1.125, 0.75, 1.125}));
}

TEST(Linear, AddsInAscendingOrderFromItsBias) {
  const Built b =
      build("'fc': { 'type': 'linear', 'from': 'x', 'weight': [[1, 1, 1], [0, 0, -1]], 'bias': [1e8, 0] }",
            "'x': { 'shape': [3] }");
  ASSERT_TRUE(b.model) << b.problems();
  const Rows y = run(b, "fc", 1, {{3, -1e8f, 0}});
  EXPECT_EQ(y[0][0], std::fma(1.0f, -1e8f, std::fma(1.0f, 3.0f, 1e8f)));
  EXPECT_FALSE(std::signbit(y[0][1])) << "-0 becomes +0";
}

TEST(Linear, FusesProductAndSum) {
  const Built b = build("'fc': { 'type': 'linear', 'from': 'x', 'weight': [[1.000244140625]], 'bias': -1 }",
                        "'x': { 'shape': [1] }");
  ASSERT_TRUE(b.model) << b.problems();
  const float w = 1.000244140625f;
  EXPECT_EQ(run(b, "fc", 1, {{w}})[0][0], std::fma(w, w, -1.0f));
  EXPECT_NE(std::fma(w, w, -1.0f), w * w - 1.0f);
}

TEST(Recurrence, ReadsTheSpikesOfTheStepBefore) {
  // One spike goes round a ring of three.
  const Built b = build(R"(
    'n':   { 'type': 'lif', 'from': ['x', 'rec'], 'beta': 0, 'threshold': 0.5 },
    'rec': { 'type': 'linear', 'from': { 'node': 'n', 'delay': 1 }, 'weight': [[0,0,1],[1,0,0],[0,1,0]] })",
                        "'x': { 'shape': [3] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(run(b, "n", 5, {{1, 0, 0}, {0.5, 0.5, 0.5}}),
            Rows({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {1, 0, 0}, {0, 1, 0}}));
}

TEST(Recurrence, BiasActsInTheFirstStepAndSpikesBeforeTheStartAreInitial) {
  const Built b = build(R"(
    'n':   { 'type': 'rlif', 'from': ['x', 'rec'], 'beta': 1, 'threshold': 9, 'initial': { 'spk': [0, 1] } },
    'rec': { 'type': 'linear', 'from': { 'node': 'n', 'delay': 1 }, 'weight': [[0, 2], [0, 0]], 'bias': [0.25, 0.5] })",
                        "'x': { 'shape': [2] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(run(b, "n.mem", 2, {{0, 0}}), Rows({{2.25, 0.5}, {2.5, 1}}));
}

TEST(Delays, OfEdgesStatesInputsAndConstants) {
  const Built b = build(R"(
    'n': { 'type': 'li', 'from': 'x', 'beta': 1, 'initial': { 'mem': 10, 'spk': 7 } },
    'input':    { 'type': 'dropout', 'from': { 'node': 'x', 'delay': 2 } },
    'state':    { 'type': 'dropout', 'from': { 'node': 'n.mem', 'delay': 2 } },
    'output':   { 'type': 'dropout', 'from': { 'node': 'n', 'delay': 1 } },
    'constant': { 'type': 'dropout', 'from': { 'node': 'c', 'delay': 3 } },
    'layer':    { 'type': 'dropout', 'from': { 'node': 'constant', 'delay': 1 } })",
                        "'x': { 'shape': [1] }, 'c': { 'shape': [1], 'time': 'constant' }");
  ASSERT_TRUE(b.model) << b.problems();
  Simulator s(*b.model, 1);
  const float two = 2;
  s.set_input(1, {&two, 1});
  Rows got;
  for (float x = 1; x <= 4; ++x) {
    s.set_input(0, {&x, 1});
    s.step();
    got.emplace_back();
    for (const char* name : {"input", "state", "output", "constant", "layer"})
      got.back().push_back(s.value(b.signal(name))[0]);
  }
  EXPECT_EQ(got, Rows({{0, 10, 7, 2, 0}, {0, 10, 11, 2, 2}, {1, 11, 13, 2, 2}, {2, 13, 16, 2, 2}}));
}

TEST(Delays, OfADelayLayerDifferPerElement) {
  const Built b = build("'d': { 'type': 'delay', 'from': 'x', 'steps': [0, 1, 3] }", "'x': { 'shape': [3] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(run(b, "d", 4, {{1, 1, 1}, {2, 2, 2}, {3, 3, 3}, {4, 4, 4}}),
            Rows({{1, 0, 0}, {2, 1, 0}, {3, 2, 0}, {4, 3, 1}}));
}

TEST(Delays, OfSamplesDoNotMix) {
  const Built b =
      build("'d': { 'type': 'relu', 'from': { 'node': 'x[1:3]', 'delay': 1 } }", "'x': { 'shape': [3] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(run(b, "d", 2, {{1, 2, 3, 4, 5, 6}}, 2), Rows({{0, 0, 0, 0}, {2, 3, 5, 6}}));
}

TEST(OwnNeurons, RunAsWritten) {
  const Built b = build(
      "'n': { 'type': 'counter', 'from': 'x', 'limit': [2, 3] }", "'x': { 'shape': [2] }",
      "'neurons': { 'counter': { 'parameters': { 'limit': { 'doc': 'spikes at' } }, 'state': { 'count': "
      "{ 'doc': 'so far', 'initial': '1 - limit' } }, 'update': 'count = count + input', 'spike': 'count >= "
      "1', 'on_spike': 'count = 1 - limit' } }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(run(b, "n", 6, {{1, 1}}), Rows({{0, 0}, {1, 0}, {0, 1}, {1, 0}, {0, 0}, {1, 1}}));
}

TEST(OwnNeurons, MayHaveSeveralPorts) {
  const Built b = build(
      "'n': { 'type': 'gate', 'from': { 'exc': ['x', 'x'], 'inh': { 'node': 'x', 'delay': 1 } } }",
      "'x': { 'shape': [1] }",
      "'neurons': { 'gate': { 'inputs': { 'exc': 'excites', 'inh': 'inhibits', 'none': 'not connected' }, "
      "'state': { 'v': 'potential' }, 'update': 'v = exc - inh / 2 + none', 'output': 'v' } }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(column(run(b, "n", 3, {{1}, {2}, {4}})), std::vector<float>({2, 3.5, 7}));
}

TEST(Inhibition, LetsOnlyTheLargestExcessFire) {
  const Built b = build(
      "'n': { 'type': 'lif', 'from': 'x', 'beta': 0, 'threshold': [1, 1, 3, 1], 'reset': 'none', "
      "'inhibition': true }");
  ASSERT_TRUE(b.model) << b.problems();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  // Per sample: the largest excess over the own threshold, a tie, all below threshold, NaN lowest.
  const Rows out = run(b, "n", 1, {{2, 3, 4, 0, 2, 5, 7, 5, 0, 0.5f, 0, 0, nan, 2, nan, 2}}, 4);
  EXPECT_EQ(out[0], std::vector<float>({0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0}));
}

TEST(Refractory, KeepsANeuronSilent) {
  const Built b = build(
      "'n': { 'type': 'if', 'from': 'x', 'threshold': 0.5, 'reset': 'zero', 'reset_delay': false, "
      "'refractory': 2 }",
      "'x': { 'shape': [1] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(column(run(b, "n", 7, {{1}})), std::vector<float>({1, 0, 0, 1, 0, 0, 1}));
}

TEST(States, SetAtTheStartAreNotSeenByDelayLayers) {
  const Built b = build(
      "'n': { 'type': 'li', 'from': 'x', 'beta': 0.5 }, 'd': { 'type': 'delay', 'from': 'n.mem', 'steps': 1 "
      "}",
      "'x': { 'shape': [1] }");
  ASSERT_TRUE(b.model) << b.problems();
  Simulator s(*b.model, 1);
  const float eight = 8;
  s.set_state(b.signal("n.mem"), {&eight, 1});
  s.step();
  EXPECT_EQ(s.value(b.signal("d"))[0], 0) << "a delay layer gives 0 before the start";
  s.step();
  EXPECT_EQ(s.value(b.signal("d"))[0], 4);
}

TEST(States, SetAtTheStartAreSeenByDelayedReaders) {
  const Built b = build(
      "'n': { 'type': 'li', 'from': 'x', 'beta': 0.5 }, 'd': { 'type': 'dropout', 'from': { 'node': 'n.mem', "
      "'delay': 1 } }",
      "'x': { 'shape': [1] }");
  ASSERT_TRUE(b.model) << b.problems();
  Simulator s(*b.model, 1);
  const float eight = 8, zero = 0;
  s.set_input(0, {&zero, 1});
  s.set_state(b.signal("n.mem"), {&eight, 1});
  s.step();
  EXPECT_EQ(s.value(b.signal("d"))[0], 8);
  EXPECT_EQ(s.value(b.signal("n.mem"))[0], 4);
  s.reset();
  s.step();
  EXPECT_EQ(s.value(b.signal("d"))[0], 0);
}

TEST(RandomNumbers, DependOnSeedStepNeuronSampleAndName) {
  const std::string source =
      "'neurons': { 'dice': { 'inputs': {}, 'state': { 'v': 'last draw' }, 'update': 'v = uniform(1)', "
      "'output': 'v' } }";
  const Built b =
      build("'a': { 'type': 'dice', 'shape': [3] }, 'b': { 'type': 'dice', 'shape': [3] }", "", source);
  ASSERT_TRUE(b.model) << b.problems();
  const Rows both = run(b, "a", 2, {}, 2);
  Simulator second(*b.model, 1, std::nullopt, 1);
  second.step();
  for (std::size_t j = 0; j < 3; ++j)
    EXPECT_EQ(second.value(b.signal("a"))[j], both[0][3 + j]) << "global samples";
  std::vector<float> all;
  for (const Rows& rows : {both, run(b, "b", 2, {}, 2)})
    for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end()) << "all draws differ";
  Simulator other(*b.model, 1, 99);
  other.step();
  EXPECT_NE(other.value(b.signal("a"))[0], both[0][0]);
}

TEST(Rounding, IsToNearestWhateverTheCallerSet) {
  const Built b = build("'n': { 'type': 'lif', 'from': 'x', 'beta': 0.9 }");
  ASSERT_TRUE(b.model) << b.problems();
  const Rows want = run(b, "n.mem", 20, {{0.1f, 0.2f, 0.3f, 0.7f}});
  std::fesetround(FE_UPWARD);
  const Built again = build("'n': { 'type': 'lif', 'from': 'x', 'beta': 0.9 }");
  const Rows got = run(again, "n.mem", 20, {{0.1f, 0.2f, 0.3f, 0.7f}});
  EXPECT_EQ(std::fegetround(), FE_UPWARD);
  std::fesetround(FE_TONEAREST);
  EXPECT_EQ(got, want);
}

}  // namespace
}  // namespace spikeloom::reference
