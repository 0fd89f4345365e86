#include <gtest/gtest.h>

#include "unit/model/networks.h"

namespace spikeloom {
namespace {

const Sparse& sparse(const Built& b, const std::string& name) {
  return std::get<Sparse>(b.node(name).kind);
}

TEST(SparseLayer, ReadsRowsAsScipyWritesThem) {
  const Built b = build(
      "'s': { 'type': 'sparse', 'from': 'x', 'shape': [3, 4], 'indptr': [0, 2, 2, 3], 'indices': [3, 0, 1],"
      " 'weight': [1, 2, 3] }");
  ASSERT_TRUE(b.model) << b.problems();
  const Synapses& s = *sparse(b, "s").synapses;
  EXPECT_EQ(s.target, std::vector<std::uint32_t>({0, 0, 2}));
  EXPECT_EQ(s.source, std::vector<std::uint32_t>({3, 0, 1}));
  EXPECT_EQ(s.weight.values, std::vector<float>({1, 2, 3}));
  EXPECT_EQ(b.node("s").shape, Shape({3}));
}

TEST(SparseLayer, HoldsEqualWeightsOnce) {
  const Built b = build(
      "'s': { 'type': 'sparse', 'from': 'x', 'shape': [3, 4], 'rows': [0, 2], 'cols': [1, 1],"
      " 'weight': [0.5, 0.5], 'delay': [2, 7] }");
  ASSERT_TRUE(b.model) << b.problems();
  const Synapses& s = *sparse(b, "s").synapses;
  EXPECT_TRUE(s.uniform_weight());
  EXPECT_EQ(sparse(b, "s").input.delay, 2u);
  EXPECT_EQ(sparse(b, "s").spread(), 5u);
}

TEST(SparseLayer, LeavesOutTheNeuronsOwnOutputWhereItReadsASlice) {
  const Built b = build(
      "'n': { 'type': 'lif', 'from': ['x', 's'], 'beta': 0.9 },"
      "'s': { 'type': 'sparse', 'from': 'n[2:4]', 'shape': [4, 2], 'rule': 'all_to_all', 'weight': 1,"
      " 'self_connections': false, 'delay': 1 }");
  ASSERT_TRUE(b.model) << b.problems();
  std::vector<std::uint32_t> targets;
  sparse(b, "s").synapses->for_each_batch([&](const Synapses::Batch& batch) {
    for (std::size_t i = 0; i < batch.target.size(); ++i)
      if (batch.source[i] == 1) targets.push_back(batch.target[i]);
  });
  EXPECT_EQ(targets, std::vector<std::uint32_t>({0, 1, 2}));
}

TEST(SparseLayer, ClosesACycleByItsOwnDelay) {
  const std::string loop =
      "'n': { 'type': 'lif', 'from': ['x', 's'], 'beta': 0.9 },"
      "'s': { 'type': 'sparse', 'from': 'n', 'shape': [4, 4], 'rule': 'all_to_all', 'weight': 1";
  EXPECT_TRUE(build(loop + ", 'delay': 1 }").model);
  EXPECT_FALSE(build(loop + " }").model);
  const Built drawn = build(loop + ", 'delay': { 'random': 'uniform', 'low': 2, 'high': 9, 'seed': 1 } }");
  ASSERT_TRUE(drawn.model) << drawn.problems();
  EXPECT_EQ(sparse(drawn, "s").input.delay, 2u);
}

TEST(SparseLayer, DelaysOfMillisecondsAreRoundedToSteps) {
  const Built b = build(
      "'s': { 'type': 'sparse', 'from': 'x', 'shape': [4, 4], 'rule': 'one_to_one', 'weight': 1,"
      " 'delay_ms': 1.5 }",
      "'x': { 'shape': [4] }", "'dt': 0.1");
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(sparse(b, "s").input.delay, 15u);
  EXPECT_EQ(sparse(b, "s").spread(), 0u);
}

TEST(SparseLayer, TakesNoMoreThanTheNetworkMayHold) {
  Built b = build_text(R"({ "spikeloom": 1, "inputs": { "x": { "shape": [100] } }, "nodes": {
    "s": { "type": "sparse", "from": "x", "shape": [100, 100], "rule": "all_to_all", "weight": 1 } } })",
                       {.elements = 5000});
  EXPECT_FALSE(b.model);
  EXPECT_EQ(b.problems(),
            "/nodes/s: the network is larger than the limit | at most 5000 values of tensors, "
            "states and delays |  | \n");
}

}  // namespace
}  // namespace spikeloom
