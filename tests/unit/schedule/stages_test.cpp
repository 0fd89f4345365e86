#include "schedule/stages.h"

#include <gtest/gtest.h>

#include "synapses/synapses.h"
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

/// A convolution of 2 x 9 x 9 inputs to 12 channels, pooled; and listed synapses between neurons.
NetworkWriter windows_and_synapses() {
  NetworkWriter w;
  const Windows windows{2, 12, 1, {9, 7, 3, 1, 1, 0}, {9, 7, 3, 1, 1, 0}},
      pooled{12, 12, 12, {7, 3, 2, 2, 1, 0}, {7, 3, 2, 2, 1, 0}};
  auto weight = std::make_shared<Tensor>(Tensor{{windows.weights()}, w.values(windows.weights(), 1)});
  const Signal sums =
      w.add(windows.outputs(), Convolution{{w.input(windows.inputs())}, windows, weight, nullptr});
  const Signal spikes = w.lif({{w.add(pooled.outputs(), Pool{Pool::How::largest, {sums}, pooled, false})}});
  auto synapses = std::make_shared<Synapses>();
  synapses->out = 50, synapses->in = 108, synapses->count = 200;
  synapses->weight.a = 0.5, synapses->delay.a = 1;
  for (std::uint32_t i = 0; i < 200; ++i)
    synapses->target.push_back(i % 50), synapses->source.push_back(i % 108);
  set_delay_bounds(*synapses);
  w.lif({{w.add(50, Sparse{{spikes}, synapses})}});
  return w;
}

TEST(Stages, OfConvolutionsAndSynapsesSayWhatTheyRead) {
  const PlanShape plan = shape_of(make_plan(windows_and_synapses().model, {.lanes = 8}));
  const StageShape &pool = stage(plan, "n1"), &sparse = stage(plan, "n3");
  ASSERT_EQ(pool.drives.size(), 1u);
  EXPECT_EQ(pool.drives[0].layer, "n0");
  EXPECT_EQ(pool.drives[0].input, "in0");
  EXPECT_EQ(pool.drives[0].fan_in, 18u);
  EXPECT_EQ(pool.drives[0].inputs, 162u);
  EXPECT_EQ(pool.drives[0].sums, 12u * 49);
  EXPECT_EQ(pool.drives[0].padded_sums, 16u * 49);
  EXPECT_EQ(pool.weight_bytes, 18u * 16 * 4);
  ASSERT_EQ(sparse.drives.size(), 1u);
  EXPECT_EQ(sparse.drives[0].input, "n2");
  EXPECT_EQ(sparse.drives[0].inputs, 108u);
  EXPECT_EQ(sparse.drives[0].synapses, 200u);
  EXPECT_GE(sparse.weight_bytes, 200u * 2);
}

TEST(Stages, OfConvolutionsAndSynapsesHaveWork) {
  const Plan plan = make_plan(windows_and_synapses().model, {.lanes = 8});
  for (const spikeloom_stage& s : plan.stages) EXPECT_GT(s.work, 0u);
  const PlanShape shape = shape_of(plan);
  const MachineCosts costs;
  const StageShape &pool = stage(shape, "n1"), &sparse = stage(shape, "n3");
  EXPECT_DOUBLE_EQ(work_of(costs, shape, pool, 1, always(0.1)).synaptic, 0.1 * 18 * 12 * 49);
  EXPECT_DOUBLE_EQ(work_of(costs, shape, sparse, 1, always(0.1)).synaptic, 0.1 * 200);
  const StageWork full = work_of(costs, shape, pool, 1, always(1));
  EXPECT_TRUE(full.is_dense);
  EXPECT_DOUBLE_EQ(full.synaptic, 18.0 * 12 * 49);
  for (const StageShape* s : {&pool, &sparse})
    EXPECT_LT(work_of(costs, shape, *s, 1, always(0.01)).predicted.ns,
              work_of(costs, shape, *s, 1, always(0.3)).predicted.ns);
}

}  // namespace
}  // namespace spikeloom::testing
