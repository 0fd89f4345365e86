#include <gtest/gtest.h>

#include <chrono>
#include <cmath>

#include "unit/model/networks.h"

namespace spikeloom {
namespace {

TEST(Shapes, FlowThroughLayersAndNeurons) {
  const Built b = build(R"(
    'flat': { 'type': 'flatten', 'from': 'x' },
    'fc':   { 'type': 'linear', 'from': 'flat', 'weight': [[1,2,3,4,5,6],[1,2,3,4,5,6]], 'bias': [0.5, -0.0] },
    'lif':  { 'type': 'lif', 'from': 'fc', 'beta': 0.9 },
    'all':  { 'type': 'concat', 'from': ['lif', 'flat', 'lif.mem'] },
    'two':  { 'type': 'reshape', 'from': 'all', 'shape': [5, -1] })",
                        "'x': { 'shape': [2, 3] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.node("flat").shape, Shape({6}));
  EXPECT_EQ(b.node("fc").shape, Shape({2}));
  EXPECT_EQ(b.node("lif").shape, Shape({2}));
  EXPECT_EQ(b.node("all").shape, Shape({10}));
  EXPECT_EQ(b.node("two").shape, Shape({5, 2}));
  EXPECT_TRUE(b.node("lif").spikes());
  EXPECT_FALSE(b.node("all").spikes());
  const auto& bias = *std::get<Linear>(b.node("fc").kind).bias;
  EXPECT_FALSE(std::signbit(bias.values[1])) << "a bias of -0 is read as +0";
}

TEST(Shapes, ConcatAlongAnInnerAxisTakesRowsInTurn) {
  const Built b = build("'c': { 'type': 'concat', 'from': ['x', 'y'], 'axis': -1 }",
                        "'x': { 'shape': [2, 3] }, 'y': { 'shape': [2, 1] }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.node("c").shape, Shape({2, 4}));
  std::vector<std::size_t> firsts;
  for (const Source& s : b.node("c").sources())
    firsts.push_back(std::get<Slice>(b.model->nodes[s.signal.index].kind).first);
  EXPECT_EQ(firsts, std::vector<std::size_t>({0, 0, 3, 1}));
}

TEST(Shapes, AreKnownAroundACycleFromAnyKnownSource) {
  // `rec` stands first and waits for `lif`, which waits for `rec` and for `fc`.
  const Built b = build(R"(
    'rec': { 'type': 'scale', 'from': { 'node': 'lif', 'delay': 1 }, 'scale': 0.5 },
    'lif': { 'type': 'lif', 'from': ['rec', 'fc'], 'beta': 0.9 },
    'fc':  { 'type': 'linear', 'from': 'x', 'weight': [[1, 1, 1, 1], [2, 2, 2, 2]] })");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.node("rec").shape, Shape({2}));
}

TEST(Shapes, AreKnownFromAWeightInACycleWithoutInput) {
  const Built b = build(R"(
    'lif': { 'type': 'lif', 'from': 'rec', 'beta': 0.9, 'initial': { 'mem': [2, 0] } },
    'rec': { 'type': 'linear', 'from': { 'node': 'lif', 'delay': 3 }, 'weight': [[0, 1], [1, 0]] })");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.node("lif").shape, Shape({2}));
  EXPECT_EQ(std::get<Population>(b.node("lif").kind).initial[0].values, std::vector<float>({2, 0}));
}

TEST(Shapes, ThatNobodyInACycleTellsAreReportedOnce) {
  const Built b = build(R"(
    'out': { 'type': 'relu', 'from': 'a' },
    'a': { 'type': 'lif', 'from': 'b', 'beta': 0.9 },
    'b': { 'type': 'scale', 'from': { 'node': 'a', 'delay': 1 }, 'scale': 2 })");
  EXPECT_EQ(b.problems(),
            "/nodes/a: the shape of 'a' cannot be known |  | only inputs that wait for it in turn | give a "
            "neuron of this cycle a \"shape\"\n");
}

TEST(Shapes, MayBeSaidByANeuron) {
  const Built b = build(R"(
    'a': { 'type': 'lif', 'from': 'b', 'beta': 0.9, 'shape': [3, 2] },
    'b': { 'type': 'scale', 'from': { 'node': 'a', 'delay': 1 }, 'scale': 2 })");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.node("b").shape, Shape({3, 2}));
}

TEST(Parameters, BroadcastFromTheRight) {
  const Built b =
      build("'n': { 'type': 'lif', 'from': 'x', 'beta': [[[0.5]], [[0.25]]], 'threshold': [1, 2, 3] }",
            "'x': { 'shape': [2, 2, 3] }");
  ASSERT_TRUE(b.model) << b.problems();
  const auto& p = std::get<Population>(b.node("n").kind);
  for (std::size_t i = 0; i < p.cell.parameters.size(); ++i) {
    if (p.cell.parameters[i] == "beta") {
      EXPECT_EQ(p.parameters[i].values,
                std::vector<float>({.5, .5, .5, .5, .5, .5, .25, .25, .25, .25, .25, .25}));
    } else if (p.cell.parameters[i] == "threshold") {
      EXPECT_EQ(p.parameters[i].values, std::vector<float>({1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3}));
    }
  }
}

TEST(References, StandBeforeTheirReadersWhateverTheOrderOfTheFile) {
  const Built b = build(R"(
    'c': { 'type': 'relu', 'from': 'b' },
    'b': { 'type': 'relu', 'from': 'a' },
    'a': { 'type': 'relu', 'from': 'x' })");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.model->nodes[0].name, "a");
  EXPECT_EQ(b.model->nodes[2].name, "c");
}

TEST(References, ListsBecomeSumsAndSlicesNodesOfTheirOwn) {
  const Built b = build(R"(
    'n':  { 'type': 'if', 'from': 'x' },
    'fc': { 'type': 'linear', 'from': ['n[0:2]', { 'node': 'n.mem[2:4]', 'delay': 2 }], 'weight': [[1, 1]] })");
  ASSERT_TRUE(b.model) << b.problems();
  const auto& fc = std::get<Linear>(b.node("fc").kind);
  const ModelNode& sum = b.model->nodes[fc.input.signal.index];
  EXPECT_TRUE(sum.implicit);
  EXPECT_EQ(sum.type, "add");
  const ModelNode& late = b.model->nodes[std::get<Population>(sum.kind).ports[0][1].signal.index];
  const auto& slice = std::get<Slice>(late.kind);
  EXPECT_EQ(slice.first, 2u);
  EXPECT_EQ(slice.input.delay, 2u);
  EXPECT_EQ(slice.input.signal, b.signal("n.mem"));
  EXPECT_EQ(late.shape, Shape({2}));
}

TEST(References, DelayedConstantsAreTheConstant) {
  const Built b =
      build("'n': { 'type': 'if', 'from': [{ 'node': 'c', 'delay': 5 }, { 'node': 'x', 'delay': 5 }] }",
            "'x': { 'shape': [4] }, 'c': { 'shape': [4], 'time': 'constant' }");
  ASSERT_TRUE(b.model) << b.problems();
  const auto& port = std::get<Population>(b.node("n").kind).ports[0];
  EXPECT_EQ(port[0].delay, 0u);
  EXPECT_EQ(port[1].delay, 5u);
}

TEST(Cycles, WithoutDelayAreNamedWhole) {
  const Built b = build(R"(
    'rec': { 'type': 'scale', 'from': 'lif', 'scale': 0.5 },
    'sum': { 'type': 'add', 'from': ['rec', 'x'] },
    'lif': { 'type': 'lif', 'from': 'sum', 'beta': 0.9 },
    'self': { 'type': 'lif', 'from': 'self.mem', 'beta': 0.9, 'shape': [4] })");
  EXPECT_EQ(b.problems(),
            "/nodes/rec/from: this cycle has no delay: rec -> sum -> lif -> rec | a delay of at least 1 on "
            "one of its "
            "edges |  | write \"from\": { \"node\": \"lif\", \"delay\": 1 }\n"
            "/nodes/self/from: this cycle has no delay: self -> self | a delay of at least 1 on one of its "
            "edges |  | "
            "write \"from\": { \"node\": \"self\", \"delay\": 1 }\n");
}

TEST(Cycles, MayBeClosedByADelayLayer) {
  const Built b = build(R"(
    'lif': { 'type': 'lif', 'from': ['x', 'late'], 'beta': 0.9 },
    'late': { 'type': 'delay', 'from': 'lif', 'steps': [1, 2, 3, 1] })");
  ASSERT_TRUE(b.model) << b.problems();
  const auto& late = std::get<Delay>(b.node("late").kind);
  EXPECT_EQ(late.input.delay, 1u);
  EXPECT_EQ(late.steps, std::vector<std::uint32_t>({0, 1, 2, 0}));
}

TEST(Spikes, StayZeroOrOneThroughCopies) {
  const Built b = build(R"(
    'n': { 'type': 'if', 'from': 'x' },
    'g': { 'type': 'if', 'from': 'x', 'graded': 2 },
    'one': { 'type': 'if', 'from': 'x', 'graded': 1 },
    'copy': { 'type': 'dropout', 'from': 'n' },
    'both': { 'type': 'concat', 'from': ['n', 'one'] },
    'mixed': { 'type': 'concat', 'from': ['n', 'g'] },
    'late': { 'type': 'delay', 'from': 'n', 'steps': 2 },
    'again': { 'type': 'threshold', 'from': 'n.mem', 'threshold': 0.5 })");
  ASSERT_TRUE(b.model) << b.problems();
  for (const char* name : {"n", "one", "copy", "both", "late", "again"})
    EXPECT_TRUE(b.node(name).spikes()) << name;
  for (const char* name : {"g", "mixed"}) EXPECT_FALSE(b.node(name).spikes()) << name;
}

TEST(RandomKeys, DependOnTheNameAlone) {
  const Built one = build("'n': { 'type': 'if', 'from': 'x' }");
  const Built two = build("'m': { 'type': 'if', 'from': 'x' }, 'n': { 'type': 'if', 'from': 'm' }");
  ASSERT_TRUE(one.model && two.model);
  EXPECT_EQ(one.node("n").random_key, two.node("n").random_key);
  EXPECT_NE(two.node("m").random_key, two.node("n").random_key);
}

TEST(Initial, MayHaveARowPerSample) {
  const Built b = build(
      "'n': { 'type': 'rlif', 'from': 'x', 'beta': 0.5, 'initial': { 'mem': [[1,2,3,4],[5,6,7,8]], 'spk': "
      "[1,0,0,1] } }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.model->fixed_batch, 2u);
  const auto& p = std::get<Population>(b.node("n").kind);
  EXPECT_EQ(p.initial[0].values.size(), 8u);
  EXPECT_EQ(p.initial_output.values.size(), 4u);
}

TEST(Weights, ThatAreNamedTwiceAreHeldOnce) {
  const Built b = build(R"(
    'a': { 'type': 'linear', 'from': 'x', 'weight': 'w:1' },
    'b': { 'type': 'linear', 'from': 'x', 'weight': 'w:1' })");
  EXPECT_FALSE(b.model);
  EXPECT_EQ(b.report.errors(), 2u) << b.problems();
}

TEST(Names, FindInputsNodesAndStates) {
  const Built b = build("'n': { 'type': 'synaptic', 'from': 'x', 'alpha': 0.5, 'beta': 0.5 }");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.model->name_of(b.signal("n.mem")), "n.mem");
  EXPECT_EQ(b.signal("n.spk"), b.signal("n"));
  Signal s;
  std::string near;
  EXPECT_FALSE(b.model->find("n.men", s, &near));
  EXPECT_EQ(near, "n.mem");
}

TEST(Speed, AThousandNodesBuildInNoTime) {
  // In reverse order, so that nothing is known when it is first met.
  std::string nodes;
  for (int i = 1000; i-- > 0;)
    nodes += "'n" + std::to_string(i) + "': { 'type': 'lif', 'beta': 0.9, 'from': ['" +
             (i ? "n" + std::to_string(i - 1) : std::string("x")) + "', { 'node': 'n999', 'delay': 1 }] }" +
             (i ? ", " : "");
  const auto start = std::chrono::steady_clock::now();
  const Built b = build(nodes);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(b.model->nodes.size(), 1000u);
  EXPECT_LT(seconds, 5.0);
}

}  // namespace
}  // namespace spikeloom
