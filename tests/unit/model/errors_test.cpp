// What is said about wrong networks; the whole text of each message is held in tests/errors.
#include <gtest/gtest.h>

#include "unit/model/networks.h"

namespace spikeloom {
namespace {

TEST(Errors, OfShapesNameBothEnds) {
  const Built b = build(R"(
    'fc1': { 'type': 'linear', 'from': 'x', 'weight': [[1,1,1,1],[1,1,1,1],[1,1,1,1]] },
    'fc2': { 'type': 'linear', 'from': 'fc1', 'weight': [[1, 1]] })");
  EXPECT_EQ(b.problems(), "/nodes/fc2/from: fc1 gives [3], fc2 expects [2] |  |  | \n");
}

TEST(Errors, OfALinearOnSeveralAxesHintFlatten) {
  const Built b =
      build("'fc': { 'type': 'linear', 'from': 'x', 'weight': [[1, 1]] }", "'x': { 'shape': [2, 2] }");
  EXPECT_EQ(b.problems(),
            "/nodes/fc/from: x gives [2, 2], fc expects [2] |  |  | put a \"flatten\" layer between them\n");
}

TEST(Errors, DoNotSpreadToWhatDependsOnThem) {
  const Built b = build(R"(
    'fc':   { 'type': 'linear', 'from': 'x', 'weigth': [[1, 1, 1, 1]] },
    'lif':  { 'type': 'lif', 'from': 'fc', 'beta': 0.9 },
    'next': { 'type': 'linear', 'from': 'lif', 'weight': [[1, 1]] },
    'out':  { 'type': 'lif', 'from': 'next', 'beta': 0.9, 'treshold': 2 })");
  EXPECT_EQ(b.report.errors(), 3u) << b.problems();  // weight missing, weigth, treshold
}

TEST(Errors, OfOneNodeAreAllReported) {
  const Built b = build(R"(
    'n': { 'type': 'lif', 'from': 'x', 'beta': [0.9, 0.8], 'reset': 'zeros', 'quantize': { 'num_bits': 40 },
           'initial': { 'mem': [1, 2] }, 'plasticity': {} })");
  const std::string all = b.problems();
  for (const char* place :
       {"/nodes/n/beta", "/nodes/n/reset", "/nodes/n/quantize/num_bits", "/nodes/n/plasticity"})
    EXPECT_NE(all.find(place), std::string::npos) << place << "\n" << all;
}

TEST(Errors, OfUnknownTypesHintOurWord) {
  const Built b = build("'a': { 'type': 'Linear' }, 'b': { 'type': 'synaptik' }");
  EXPECT_NE(b.problems().find("here it is called 'linear'"), std::string::npos) << b.problems();
  EXPECT_NE(b.problems().find("did you mean 'synaptic'?"), std::string::npos) << b.problems();
}

TEST(Errors, OfOwnNeuronsThatNobodyUsesAreFound) {
  const Built b =
      build("'n': { 'type': 'if', 'from': 'x' }", "'x': { 'shape': [4] }",
            "'neurons': { 'lif': {}, 'mine': { 'state': { 'v': 'potential' }, 'update': 'v = w + input', "
            "'spike': 'v > 1' } }");
  EXPECT_NE(b.problems().find("/neurons/lif: 'lif' is already the name of a built-in node type"),
            std::string::npos)
      << b.problems();
  EXPECT_NE(b.problems().find("/neurons/mine/update"), std::string::npos) << b.problems();
}

TEST(Errors, OfSizeNameTheLimit) {
  const std::string text = R"({ "spikeloom": 1, "inputs": { "x": { "shape": [100] } },
    "nodes": { "a": { "type": "relu", "from": "x" }, "b": { "type": "relu", "from": "a" } } })";
  EXPECT_TRUE(build_text(text, {.elements = 1000}).model);
  const Built b = build_text(text, {.elements = 150});
  ASSERT_FALSE(b.model);
  EXPECT_EQ(b.report.error().kind(), ErrorKind::limit);
}

TEST(Errors, OfSizeCountTensors) {
  const std::string text = R"({ "spikeloom": 1, "inputs": { "x": { "shape": [100] } }, "nodes": {
    "a": { "type": "linear", "from": "x", "weight": { "random": "normal", "seed": 1, "shape": [10, 100] } },
    "b": { "type": "linear", "from": "x", "weight": { "random": "normal", "seed": 2, "shape": [10, 100] } } } })";
  EXPECT_TRUE(build_text(text, {.elements = 3000}).model);
  const Built b = build_text(text, {.elements = 1500});
  EXPECT_EQ(b.problems(),
            "/nodes/b/weight: the network is larger than the limit | at most 1500 values of tensors, states "
            "and delays |  | \n");
}

TEST(Errors, OfAnEmptyTensorAreNoCrash) {
  const Built b = build("'fc': { 'type': 'linear', 'from': 'x', 'weight': [] }");
  EXPECT_FALSE(b.model);
  EXPECT_FALSE(b.report.ok());
}

TEST(Errors, OfStatesNameThoseThatAre) {
  const Built b = build(R"(
    'n': { 'type': 'lif', 'from': 'x', 'beta': 0.9 },
    'a': { 'type': 'relu', 'from': 'n.syn' },
    'b': { 'type': 'relu', 'from': 'a.mem' },
    'c': { 'type': 'relu', 'from': 'n.refractory' },
    'd': { 'type': 'relu', 'from': 'n[2:9]' })");
  EXPECT_EQ(b.problems(),
            "/nodes/a/from: 'n' has no state 'syn' |  |  | its states are mem\n"
            "/nodes/b/from: 'a' has no state 'mem' |  |  | it is a layer (relu); read 'a' itself\n"
            "/nodes/c/from: 'n' has no state 'refractory' |  |  | its states are mem\n"
            "/nodes/d/from: this slice goes beyond n | a range within [0:4] | [2:9] | \n");
}

}  // namespace
}  // namespace spikeloom
