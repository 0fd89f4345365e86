#include <gtest/gtest.h>

#include <cstring>

#include "schedule/blocks.h"
#include "schedule/plan.h"
#include "unit/llvm/networks.h"

namespace spikeloom::testing {
namespace {

Plan plan_for(const Model& model, unsigned lanes) {
  Plan plan = make_plan(model, {.lanes = lanes});
  verify(plan);
  return plan;
}

TEST(Panels, AreStripsOfWeightsPackedOnce) {
  NetworkWriter w;
  const Signal in = w.input(3);
  auto weight = std::make_shared<Tensor>(Tensor{{70, 3}, {}});
  for (int i = 0; i < 210; ++i) weight->values.push_back(static_cast<float>(i));
  w.add(70, Linear{{in}, weight, nullptr});
  w.add(70, Linear{{in}, weight, nullptr});
  for (const unsigned lanes : {8u, 16u}) {
    const Plan plan = plan_for(w.model, lanes);
    const auto operand = [&](std::size_t stage) {
      return plan.operands[plan.stages[stage].first_operand + 1].buffer;
    };
    EXPECT_EQ(operand(0), operand(1));
    const auto at = [&](std::size_t i) {
      float x = 0;
      std::memcpy(&x, plan.constants->data() + plan.buffers[operand(0)].offset + 4 * i, 4);
      return x;
    };
    const std::size_t strip = 4 * lanes;
    EXPECT_EQ(at(0), 0);                                      // output 0, input 0
    EXPECT_EQ(at(1), 3);                                      // output 1
    EXPECT_EQ(at(strip), 1);                                  // input 1 of the first strip
    EXPECT_EQ(at(strip * 3), static_cast<float>(strip * 3));  // what opens the second strip
    EXPECT_EQ(at(64 * 3), 64 * 3);                            // so does output 64, of one 16 wide
    EXPECT_EQ(at(64 * 3 + 16 + 5), 69 * 3 + 1);
    EXPECT_EQ(at(64 * 3 + 6), 0);  // behind the last output
  }
}

TEST(Panels, LoopsThatRunStepByStepHaveWholeRowsOfWeights) {
  for (const std::uint32_t delay : {1u, 64u}) {
    NetworkWriter w;
    const Signal in = w.input(70);
    auto weight = std::make_shared<Tensor>(Tensor{{70, 70}, {}});
    for (int i = 0; i < 70 * 70; ++i) weight->values.push_back(static_cast<float>(i));
    const Signal spikes{Signal::Of::node, 1, -1};
    const Signal layer = w.add(70, Linear{{spikes, delay}, weight, nullptr});
    w.lif({{in}, {layer}});
    const Plan plan = plan_for(w.model, 16);
    const spikeloom_stage& stage = plan.stages.front();
    // Operands: the input, then the layer's input, weights, bias, facts.
    const auto constant = [&](std::uint32_t operand) {
      return plan.constants->data() +
             plan.buffers[plan.operands[stage.first_operand + operand].buffer].offset;
    };
    float behind_first_strip = 0;
    std::memcpy(&behind_first_strip, constant(2) + 64 * 4, 4);
    std::uint32_t facts[kDriveFacts];
    std::memcpy(facts, constant(4), sizeof facts);
    EXPECT_EQ(behind_first_strip, delay == 1 ? 64 * 70 : 1);  // output 64 of input 0, or input 1 of output 0
    EXPECT_EQ(facts[kRowBytes], delay == 1 ? 80 * 4 : 0);
  }
}

TEST(Panels, AreAsWideAsVectorsAskForAndManyInputsAreTakenInBlocks) {
  using Sizes = std::pair<std::uint32_t, std::uint32_t>;  // outputs of a panel, inputs of a block
  const auto sizes = [](std::size_t inputs, std::size_t outputs, bool constant = false, unsigned lanes = 16) {
    NetworkWriter w;
    w.lif({{w.linear({w.input(inputs, constant)}, outputs)}});
    const Plan plan = plan_for(w.model, lanes);
    const spikeloom_stage& stage = plan.stages.front();
    EXPECT_EQ(std::get<CellKernel>(plan.kernels[stage.kernel].kind).in_blocks, stage.sizes[3] > 0);
    return Sizes{stage.sizes[2], stage.sizes[3]};
  };
  EXPECT_EQ(sizes(4, 100), Sizes(64, 0));
  EXPECT_EQ(sizes(4096, 100), Sizes(64, 0));
  EXPECT_EQ(sizes(4097, 100), Sizes(64, 1024));
  EXPECT_EQ(sizes(4097, 16), Sizes(16, 0));  // their panel is no wider
  EXPECT_EQ(sizes(20000, 16), Sizes(64, 1024));
  EXPECT_EQ(sizes(20000, 16, true), Sizes(16, 0));
  EXPECT_EQ(sizes(4, 100, true), Sizes(128, 0));
  for (const unsigned lanes : {1u, 4u, 8u}) {
    EXPECT_EQ(sizes(4096, 100, false, lanes), Sizes(32, 0));
    EXPECT_EQ(sizes(4097, 100, false, lanes), Sizes(64, 1024));
    EXPECT_EQ(sizes(4097, 16, false, lanes), Sizes(16, 0));
    EXPECT_EQ(sizes(4, 100, true, lanes), Sizes(64, 0));
  }
}

TEST(Panels, ListsGrowWithWeightsThatEveryChunkReadsAgain) {
  const auto steps = [](std::uint64_t n) { return list_steps(n, n, SPIKELOOM_FLOAT, {}, 128); };
  const auto samples = [&](std::uint64_t n) { return list_samples(n, n, SPIKELOOM_FLOAT, steps(n)); };
  EXPECT_EQ(steps(1024), 128u);
  EXPECT_EQ(steps(16384), 128u);  // a whole block, where every 64 steps would read 1 GiB
  EXPECT_EQ(samples(4096), 16u);
  EXPECT_EQ(samples(8192), 16u);
  EXPECT_EQ(samples(16384), 16u);
  // Few outputs have few weights, and lists no larger than they were.
  EXPECT_EQ(list_steps(16384, 1, SPIKELOOM_FLOAT, {}, 128), 64u);
  EXPECT_EQ(list_samples(16384, 1, SPIKELOOM_FLOAT, 64), 8u);
}

TEST(Panels, TheHashIsThatOfTheWeightsHoweverTheyArePacked) {
  const auto plan = [](unsigned lanes, std::size_t changed) {
    NetworkWriter w;
    const Signal in = w.input(70);
    const Signal hidden = w.lif({{w.linear({in}, 100)}});
    w.lif({{w.linear({hidden, 1}, 100)}});
    auto matrix = std::make_shared<Tensor>(*std::get<Linear>(w.model.nodes[0].kind).weight);
    matrix->values[changed] += 1;
    std::get<Linear>(w.model.nodes[0].kind).weight = matrix;
    return plan_for(w.model, lanes);
  };
  const Plan narrow = plan(8, 0), wide = plan(16, 0);
  ASSERT_NE(narrow.stages[0].sizes[2], wide.stages[0].sizes[2]) << "panels differ";
  ASSERT_NE(*narrow.constants, *wide.constants);
  EXPECT_EQ(narrow.hash, wide.hash) << "a state saved there continues here";
  EXPECT_EQ(plan(1, 0).hash, wide.hash);
  EXPECT_NE(plan(16, 1).hash, wide.hash);
  EXPECT_NE(plan(8, 6999).hash, narrow.hash);
}

}  // namespace
}  // namespace spikeloom::testing
