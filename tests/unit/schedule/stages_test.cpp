#include "schedule/stages.h"

#include <gtest/gtest.h>

#include "unit/llvm/networks.h"

namespace spikeloom::testing {
namespace {

/// in0 (constant) -> n0 linear -> n1 lif -> n2 linear -> n4 lif; n3 linear from n4 a step late, to n4.
NetworkWriter network() {
  NetworkWriter w;
  const Signal drive = w.linear({w.input(20, true)}, 100);
  const Signal first = w.lif({{drive}});
  const Signal forward = w.linear({first}, 70);
  const Signal last{.index = 4};
  const Signal back =
      w.add(70, Linear{{last, 1}, std::make_shared<Tensor>(Tensor{{70, 70}, w.values(4900, 1)}), nullptr});
  w.lif({{forward}, {back}});
  return w;
}

const StageShape& stage(const PlanShape& plan, const std::string& name) {
  for (const StageShape& s : plan.stages)
    if (s.name == name) return s;
  throw std::runtime_error("no stage " + name);
}

DensityOf always(double density) {
  return [density](const StageDrive&) { return density; };
}

TEST(Stages, SayWhatTheyComputeAndFromWhat) {
  const Model model = network().model;
  const PlanShape plan = shape_of(make_plan(model, {.lanes = 8}));
  EXPECT_EQ(plan.lanes, 8u);
  const StageShape &constant = stage(plan, "n0"), &hidden = stage(plan, "n1"), &loop = stage(plan, "n4");
  EXPECT_TRUE(constant.once);
  EXPECT_NE(constant.alone, "");
  ASSERT_EQ(constant.drives.size(), 1u);
  EXPECT_EQ(constant.drives[0].input, "in0");
  EXPECT_TRUE(constant.drives[0].input_is_constant);
  EXPECT_EQ(constant.drives[0].fan_in, 20u);
  EXPECT_EQ(constant.weight_bytes, 112u * 20 * 4) << "outputs are padded to vectors";

  EXPECT_EQ(hidden.alone, "");
  EXPECT_TRUE(hidden.spikes);
  EXPECT_TRUE(hidden.drives.empty());
  EXPECT_EQ(hidden.neurons, 100u);
  EXPECT_EQ(hidden.steps, plan.block_steps);
  EXPECT_EQ(hidden.state_bytes, 448u);

  EXPECT_EQ(loop.steps, 1u) << "it reads itself a step late";
  ASSERT_FALSE(loop.drives.empty());
  EXPECT_EQ(loop.drives.back().layer, "n3");
  EXPECT_EQ(loop.drives.back().input, "n4");
  EXPECT_TRUE(loop.drives.back().input_is_bits);
}

TEST(Stages, CostMoreWhenMoreSpikesArrive) {
  const Model model = network().model;
  const PlanShape plan = shape_of(make_plan(model, {.lanes = 8}));
  const StageShape& loop = stage(plan, "n4");
  const MachineCosts costs;
  const StageWork silent = work_of(costs, plan, loop, 1, always(0)),
                  busy = work_of(costs, plan, loop, 1, always(0.2));
  EXPECT_EQ(silent.synaptic, 0);
  EXPECT_EQ(silent.bytes, 0);
  EXPECT_LT(silent.predicted.ns, busy.predicted.ns);
  double all = 0;
  for (const StageDrive& d : loop.drives) all += static_cast<double>(d.fan_in) * 70;
  EXPECT_DOUBLE_EQ(busy.synaptic, 0.2 * all);
  EXPECT_GT(busy.operations, 0u);
  EXPECT_FALSE(busy.is_dense);
}

}  // namespace
}  // namespace spikeloom::testing
