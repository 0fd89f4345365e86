#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "equations/neuron.h"
#include "schedule/components.h"
#include "schedule/plan.h"
#include "support/check.h"
#include "unit/llvm/networks.h"

namespace spikeloom::testing {
namespace {

Plan plan_of(const Model& model, unsigned lanes = 8) {
  Plan plan = make_plan(model, {.lanes = lanes});
  verify(plan);
  return plan;
}

const PlanSignal& signal(const Plan& plan, const std::string& name) {
  for (const PlanSignal& s : plan.signals)
    if (s.name == name) return s;
  throw std::runtime_error("no signal " + name);
}

const spikeloom_buffer& buffer(const Plan& plan, const std::string& name) {
  return plan.buffers[signal(plan, name).buffer];
}

/// n0 linear, n1 recurrent linear on n2 a step late, n2 lif, n3 linear.
NetworkWriter recurrent_network() {
  NetworkWriter w;
  const Signal drive = w.linear({w.input(20)}, 16);
  const Signal neurons{.index = 2};
  w.add(16, Linear{{neurons, 1}, std::make_shared<Tensor>(Tensor{{16, 16}, w.values(256, 1)}), nullptr});
  w.cell(lif_cell(), {{{drive}, {{.index = 1}}}}, {{{0.9f}}, {{1.0f}}}, 16);
  w.linear({neurons}, 10);
  return w;
}

TEST(Components, ACycleOverADelayIsOneComponent) {
  const auto found = components(recurrent_network().model);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].nodes, (std::vector<std::uint32_t>{0}));
  EXPECT_EQ(found[1].nodes, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_EQ(found[2].nodes, (std::vector<std::uint32_t>{3}));
  EXPECT_FALSE(found[0].cyclic);
  EXPECT_TRUE(found[1].cyclic);
}

TEST(Components, ANodeThatReadsItselfIsACycle) {
  NetworkWriter w;
  const Signal in = w.input(5);
  w.cell(lif_cell(), {{{in}, {{.index = 0}, 1}}}, {{{0.9f}}, {{1.0f}}}, 5);
  const auto found = components(w.model);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].cyclic);
}

TEST(Components, ALongChainNeedsNoStack) {
  NetworkWriter w;
  Signal s = w.input(1);
  for (int i = 0; i < 50000; ++i) s = w.add(1, Reshape{{s}});
  EXPECT_EQ(components(w.model).size(), 50000u);
}

TEST(Components, ADelayedReaderStandsBehindWhatItReads) {
  NetworkWriter w;
  const Signal in = w.input(4);
  w.add(4, Reshape{{{.index = 1}, 3}});  // stands first in the model, reads the node behind it
  w.linear({in}, 4);
  const auto found = components(w.model);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].nodes.front(), 1u);
}

TEST(Plan, SaysHowMuchWorkAStageIsAndKeepsItsHash) {
  NetworkWriter w;
  const Signal wide = w.linear({w.input(500)}, 1000);
  w.linear({wide}, 10);
  Plan plan = plan_of(w.model);
  ASSERT_EQ(plan.stages.size(), 2u);
  EXPECT_GT(plan.stages[0].work, 2 * plan.stages[1].work);
  EXPECT_GT(plan.stages[1].work, 0u);
  MachineCosts slow;
  slow.adds_per_ns = slow.fma_per_ns = 1;
  const Plan there = make_plan(w.model, {.lanes = 8}, {.costs = slow});
  EXPECT_GT(there.stages[0].work, plan.stages[0].work);
  EXPECT_EQ(there.hash, plan.hash) << "a state saved there continues here";
}

TEST(Plan, OnlyTheCycleRunsStepByStep) {
  const Plan plan = plan_of(recurrent_network().model);
  ASSERT_EQ(plan.segments.size(), 3u);
  EXPECT_EQ(plan.segments[0].longest, 0u);
  EXPECT_EQ(plan.segments[1].longest, 1u);
  EXPECT_EQ(plan.segments[1].stages, 1u);
  EXPECT_EQ(plan.fused[1], (std::vector<std::string>{"n1"}));
  EXPECT_EQ(plan.segments[2].longest, 0u);
}

TEST(Plan, AStageOutsideOfALoopKeepsItsBlocks) {
  // The layer in front of the loop is not drawn into it.
  const Plan plan = plan_of(recurrent_network().model);
  EXPECT_TRUE(plan.fused[0].empty());
  EXPECT_EQ(plan.stage_names[0], "n0");
}

TEST(Plan, ALoopRunsBlocksAsLongAsItsShortestDelay) {
  NetworkWriter w;
  const Signal in = w.input(16);
  const Signal neurons{.index = 1};
  w.add(16, Linear{{neurons, 5}, std::make_shared<Tensor>(Tensor{{16, 16}, w.values(256, 1)}), nullptr});
  w.cell(lif_cell(), {{{in}, {{.index = 0}}, {neurons, 7}}}, {{{0.9f}}, {{1.0f}}}, 16);
  const Plan plan = plan_of(w.model);
  ASSERT_EQ(plan.segments.size(), 1u);
  EXPECT_EQ(plan.segments[0].longest, 5u);
}

TEST(Plan, ALayerThatIsReadTwiceOrLateOrGivenOutIsAStage) {
  NetworkWriter w;
  const Signal in = w.input(8);
  const Signal twice = w.linear({in}, 8), late = w.linear({in}, 8), given = w.linear({in}, 8),
               once = w.linear({in}, 8);
  w.lif({{twice}});
  w.lif({{twice}});
  w.lif({{{late, 2}}});
  w.lif({{given}});
  w.lif({{once}});
  w.output("current", given);
  const Plan plan = plan_of(w.model);
  EXPECT_EQ(plan.stages.size(), 8u);
  EXPECT_EQ(plan.fused.back(), (std::vector<std::string>{"n3"}));
}

/// gain * input of what is given, one neuron for each.
Signal add_gain(NetworkWriter& w, Source from, std::size_t n) {
  return w.cell(elementwise("gain * input", {"input"}, {"gain"}), {{from}}, {{w.values(n, 1.0f)}}, n);
}

TEST(Plan, AnEquationWithoutStatesIsComputedWhereItIsRead) {
  NetworkWriter w;
  const Signal layer = w.linear({w.input(8)}, 16);
  const Signal gain = add_gain(w, {add_gain(w, {layer}, 16)}, 16);
  w.lif({{gain}});
  const Plan plan = plan_of(w.model);
  ASSERT_EQ(plan.stage_names, (std::vector<std::string>{"n3"}));
  EXPECT_EQ(plan.fused[0], (std::vector<std::string>{"n0"}));
  EXPECT_EQ(plan.inlined[0], (std::vector<std::string>{"n1", "n2"}));
  EXPECT_EQ(buffer(plan, "n1").memory, SPIKELOOM_OBSERVED);
  EXPECT_NE(plan.print().find(", with n1, with n2"), std::string::npos) << plan.print();
}

TEST(Plan, AnEquationThatOthersSeeOrThatIsPartOfASumIsAStage) {
  NetworkWriter w;
  const Signal in = w.input(16, true), moving = w.input(16);
  const auto gain = [&](Signal from) { return add_gain(w, {from}, 16); };
  const Cell exponential = elementwise("exp(input)", {"input"}, {});
  const Signal twice = gain(moving), late = gain(moving), given = gain(moving), summed = gain(moving),
               constant = gain(in), costly = w.cell(exponential, {{{moving}}}, {}, 16);
  w.lif({{twice}});
  w.lif({{twice}});
  w.lif({{{late, 2}}});
  w.lif({{given}});
  w.lif({{summed}, {moving}});
  w.lif({{constant}});
  w.lif({{costly}});
  w.output("current", given);
  const Plan plan = plan_of(w.model);
  EXPECT_EQ(plan.stages.size(), 13u);
  for (const auto& inlined : plan.inlined) EXPECT_TRUE(inlined.empty());
}

TEST(Plan, LongChainsOfEquationsAreSeveralStages) {
  const Cell same = elementwise("input", {"input"}, {});
  NetworkWriter w;
  Signal last = w.input(16);
  for (int i = 0; i < 3000; ++i) last = i < 1000 ? add_gain(w, {last}, 16) : w.cell(same, {{{last}}}, {}, 16);
  w.lif({{last}});
  const Plan plan = plan_of(w.model);
  std::size_t inlined = 0;
  for (const auto& names : plan.inlined) {
    EXPECT_LE(names.size(), 48u);
    inlined += names.size();
  }
  EXPECT_EQ(inlined + plan.stages.size(), 3001u);
  EXPECT_LT(plan.stages.size(), 100u);
}

TEST(Plan, AnEquationInFrontOfALoopKeepsItsBlocks) {
  NetworkWriter w;
  const Signal gain = add_gain(w, {w.input(16)}, 16), neurons{.index = 3};
  const Signal inside = add_gain(w, {neurons, 1}, 16);
  const Cell sum = elementwise("a + b", {"a", "b"}, {});
  w.lif({{w.cell(sum, {{{gain}}, {{inside}}}, {}, 16)}});
  const Plan plan = plan_of(w.model);
  ASSERT_EQ(plan.stage_names, (std::vector<std::string>{"n0", "n3"}));
  EXPECT_EQ(plan.segments[0].longest, 0u);
  EXPECT_EQ(plan.segments[1].longest, 1u);
  EXPECT_EQ(plan.inlined[1], (std::vector<std::string>{"n1", "n2"}));
}

TEST(Plan, SumsOfASparseLayerAreEmptiedByItsOnlyReader) {
  NetworkWriter w;
  const Signal in = w.input(16);
  auto synapses = std::make_shared<Synapses>();
  synapses->rule = Synapses::Rule::one_to_one;
  synapses->out = synapses->in = synapses->count = 16;
  synapses->weight.a = 1;
  const Signal neurons{.index = 3};
  for (const std::uint32_t delay : {1u, 2u, 3u}) w.add(16, Sparse{{neurons, delay}, synapses});
  w.cell(lif_cell(), {{{in}, {{.index = 0}}, {{.index = 1}}, {{.index = 2}, 1}}}, {{{0.9f}}, {{1.0f}}}, 16);
  w.output("current", {.index = 1});
  const Plan plan = plan_of(w.model);
  const auto emptied = [&](std::size_t stage) {
    return std::get<SparseKernel>(plan.kernels[plan.stages[stage].kernel].kind).emptied;
  };
  ASSERT_EQ(plan.stage_names[0], "n0");
  EXPECT_TRUE(emptied(0));
  EXPECT_FALSE(emptied(1)) << "it is given out";
  EXPECT_FALSE(emptied(2)) << "it is read late";
  const spikeloom_buffer& sums = plan.buffers[plan.operands[plan.stages[0].first_operand + 5].buffer];
  EXPECT_EQ(sums.slots, 1u) << "the loop runs step by step";
  EXPECT_EQ(buffer(plan, "n0").memory, SPIKELOOM_OBSERVED);
}

TEST(Plan, LayersOfOneStructureShareAKernel) {
  NetworkWriter w;
  Signal s = w.input(20);
  for (const std::size_t n : {30u, 40u, 50u}) s = w.lif({{w.linear({s}, n)}});
  // A cell on floats, and one on bits.
  EXPECT_EQ(plan_of(w.model).kernels.size(), 2u);
}

TEST(Plan, AParameterOfEachNeuronIsAnotherStructure) {
  NetworkWriter w;
  const Signal in = w.input(4);
  w.lif({{in}});
  w.cell(lif_cell(), {{{in}}}, {{{0.5f}}, {{2.0f}}}, 4);
  EXPECT_EQ(plan_of(w.model).kernels.size(), 1u);
  w.cell(lif_cell(), {{{in}}}, {{w.values(4, 1)}, {{2.0f}}}, 4);
  EXPECT_EQ(plan_of(w.model).kernels.size(), 2u);
}

TEST(Plan, ABufferHoldsABlockAndTheLongestDelay) {
  NetworkWriter w;
  const Signal spikes = w.lif({{w.input(100)}});
  w.linear({spikes, 100}, 10);
  w.linear({spikes, 7}, 10);
  const Plan plan = plan_of(w.model);
  EXPECT_GE(buffer(plan, "n0").slots, plan.block_steps + 100);
  EXPECT_EQ(buffer(plan, "n0").slots % plan.block_steps, 0u);
  EXPECT_EQ(buffer(plan, "n0").element, SPIKELOOM_BITS);
  EXPECT_EQ(buffer(plan, "n1").slots, plan.block_steps);
}

TEST(Plan, BlocksShrinkWhenRowsAreLong) {
  NetworkWriter small, large, huge;
  small.lif({{small.input(10)}});
  large.lif({{large.input(10000)}});
  huge.lif({{huge.input(1000000)}});
  EXPECT_EQ(plan_of(small.model).block_steps, kLongestBlock);
  EXPECT_EQ(plan_of(large.model).block_steps, 4u);
  EXPECT_EQ(plan_of(huge.model).block_steps, 1u);
}

// A block reads and writes every state once: spikes of neurons with a constant input may take as much memory.
TEST(Plan, ABlockOfManyNeuronsLeavesAsManyBytesOfSpikesAsItMovesOfStates) {
  NetworkWriter many;
  many.lif({{many.input(4000000, true)}});
  EXPECT_EQ(plan_of(many.model).block_steps, 32u);
}

TEST(Plan, WhatDependsOnConstantInputsAloneHasOneSlot) {
  NetworkWriter w;
  const Signal fc = w.linear({w.input(10, true)}, 20);
  w.lif({{fc}});
  const Plan plan = plan_of(w.model);
  EXPECT_EQ(buffer(plan, "in0").slots, 1u);
  EXPECT_EQ(buffer(plan, "n0").slots, 1u);
  EXPECT_EQ(buffer(plan, "n1").slots, plan.block_steps);
  // A delayed reader sees 0 before the start, so that the layer is not constant.
  w.linear({fc, 1}, 5);
  EXPECT_GT(buffer(plan_of(w.model), "n0").slots, 1u);
}

TEST(Plan, AReshapeSharesItsSourcesBuffer) {
  NetworkWriter w;
  const Signal spikes = w.lif({{w.input(24)}});
  const Signal shaped = w.add(24, Reshape{{spikes}}, {4, 6});
  w.add(24, Reshape{{shaped}}, {2, 12});
  const Plan plan = plan_of(w.model);
  EXPECT_EQ(signal(plan, "n1").buffer, signal(plan, "n0").buffer);
  EXPECT_EQ(signal(plan, "n2").buffer, signal(plan, "n0").buffer);
  EXPECT_EQ(plan.stages.size(), 1u);
  EXPECT_EQ(signal(plan, "n1").shape, (Shape{4, 6}));
}

TEST(Plan, AReshapeThatStartsOtherwiseIsCopied) {
  NetworkWriter w;
  const Signal spikes = w.lif({{w.input(24)}});
  w.population(spikes).initial_output = {{1.0f}};
  const Signal shaped = w.add(24, Reshape{{spikes}}, {4, 6});
  w.linear({shaped, 1}, 3);
  const Plan plan = plan_of(w.model);
  EXPECT_NE(signal(plan, "n1").buffer, signal(plan, "n0").buffer);
}

TEST(Plan, AStateThatIsReadHasAHistory) {
  NetworkWriter w;
  const Signal a = w.lif({{w.input(8)}}), b = w.lif({{a}}), c = w.lif({{b}});
  w.linear({{.index = a.index, .state = 0}}, 4);
  w.output("membrane", {.index = b.index, .state = 0});
  const Plan plan = plan_of(w.model);
  EXPECT_NE(signal(plan, "n0.s0").history, SPIKELOOM_NONE);
  EXPECT_NE(signal(plan, "n1.s0").history, SPIKELOOM_NONE);
  EXPECT_EQ(signal(plan, "membrane").history, signal(plan, "n1.s0").history);
  const auto memory = [&](const char* state) { return plan.buffers[signal(plan, state).history].memory; };
  EXPECT_EQ(memory("n0.s0"), SPIKELOOM_STATE);
  EXPECT_EQ(memory("n1.s0"), SPIKELOOM_STATE);
  EXPECT_EQ(memory("n2.s0"), SPIKELOOM_OBSERVED);
  EXPECT_EQ(c.index, 2u);
}

TEST(Plan, EqualSynapsesArePackedOnce) {
  Synapses list;
  list.out = list.in = 300;
  list.count = 2;
  list.target = {1, 299}, list.source = {0, 7};
  list.weight.how = SynapseValues::How::each;
  list.weight.values = {0.5f, 0.0f};
  const auto constants = [](const Synapses& a, const Synapses& b) {
    NetworkWriter w;
    const Signal in = w.input(300);
    for (const Synapses& s : {a, b}) w.add(300, Sparse{{in}, std::make_shared<Synapses>(s)});
    const Plan plan = plan_of(w.model);
    // Operands: the input, words, where rows begin, targets, weights.
    std::set<std::uint32_t> all;
    for (const spikeloom_stage& stage : plan.stages)
      for (std::uint32_t k = 2; k < 5; ++k) all.insert(plan.operands[stage.first_operand + k].buffer);
    return all.size();
  };
  EXPECT_EQ(constants(list, list), 3u);
  for (const int difference : {0, 1, 2}) {
    Synapses other = list;
    if (difference == 0) other.weight.values[1] = -0.0f;
    if (difference == 1) other.source[1] = 8;
    if (difference == 2) other.weight.values[0] = 2;
    EXPECT_EQ(constants(list, other), 6u) << difference;
  }
  Synapses drawn;
  drawn.rule = Synapses::Rule::fixed_indegree;
  drawn.out = drawn.in = 300;
  drawn.degree = 5;
  drawn.count = 1500;
  drawn.weight.a = 1;
  Synapses again = drawn;
  again.seed = 1;
  EXPECT_EQ(constants(drawn, drawn), 3u);
  EXPECT_EQ(constants(drawn, again), 6u) << "another seed";
}

TEST(Plan, LayersOfEqualStructureShareAKernelWhateverTheirSizes) {
  NetworkWriter w;
  Signal last = w.input(4000);
  for (const std::size_t width : {300u, 7u, 90u}) last = w.lif({{w.linear({last}, width)}});
  w.output("spikes", last);
  const Plan plan = plan_of(w.model);
  ASSERT_EQ(plan.stages.size(), 3u);
  EXPECT_NE(plan.stages[0].kernel, plan.stages[1].kernel) << "the first one reads floats";
  EXPECT_EQ(plan.stages[1].kernel, plan.stages[2].kernel);
  EXPECT_EQ(plan.kernels.size(), 2u);

  NetworkWriter v;
  v.lif({{v.linear({v.input(3)}, 2000)}});
  EXPECT_EQ(plan_of(v.model).kernels.front().key, plan.kernels[plan.stages[0].kernel].key);
  NetworkWriter many;
  many.lif({{many.linear({many.input(5000)}, 100)}});
  EXPECT_NE(plan_of(many.model).kernels.front().key, plan.kernels[plan.stages[0].kernel].key);
}

TEST(Plan, VeryManyNeuronsHaveAKernelOfTheirOwnUnlessALayerFeedsThem) {
  NetworkWriter w;
  w.lif({{w.input(kManyNeurons)}});
  w.lif({{w.input(2 * kManyNeurons)}});
  w.lif({{w.input(kManyNeurons - 1)}});
  w.lif({{w.input(5)}});
  const Plan plan = plan_of(w.model);
  ASSERT_EQ(plan.stages.size(), 4u);
  EXPECT_EQ(plan.stages[0].kernel, plan.stages[1].kernel);
  EXPECT_EQ(plan.stages[2].kernel, plan.stages[3].kernel);
  EXPECT_EQ(plan.kernels.size(), 2u);

  NetworkWriter layers;
  layers.lif({{layers.linear({layers.input(3)}, kManyNeurons)}});
  layers.lif({{layers.linear({layers.input(3)}, 8)}});
  EXPECT_EQ(plan_of(layers.model).kernels.size(), 1u);
}

TEST(Plan, TheHashFollowsConstantsAndStructureButNotTheWidth) {
  const auto hash = [](float threshold, unsigned lanes, bool extra) {
    NetworkWriter w;
    const Signal in = w.input(5);
    w.cell(lif_cell(), {{{in}}}, {{{0.9f}}, {{threshold}}}, 5);
    if (extra) w.lif({{in}});
    return plan_of(w.model, lanes).hash;
  };
  EXPECT_EQ(hash(1, 8, false), hash(1, 16, false));
  EXPECT_NE(hash(1, 8, false), hash(2, 8, false));
  EXPECT_NE(hash(1, 8, false), hash(1, 8, true));
}

TEST(Plan, VerifyFindsWhatDoesNotFit) {
  Plan plan = plan_of(recurrent_network().model);
  plan.operands[0].delay = 1000;
  EXPECT_THROW(verify(plan), InternalError);
  plan = plan_of(recurrent_network().model);
  plan.segments.pop_back();
  EXPECT_THROW(verify(plan), InternalError);
  plan = plan_of(recurrent_network().model);
  plan.stages[0].operands -= 1;
  EXPECT_THROW(verify(plan), InternalError);
}

TEST(Plan, PrintsStagesAndMemory) {
  const std::string text = plan_of(recurrent_network().model).print();
  EXPECT_NE(text.find("segment 1, step by step"), std::string::npos) << text;
  EXPECT_NE(text.find("n3: "), std::string::npos) << text;
}

TEST(Plan, ConstantsAreKnownBeforeTheyAreTaken) {
  const NetworkWriter w = recurrent_network();
  const Plan plan = plan_of(w.model);
  EXPECT_GE(constant_bytes(w.model) + 4096, plan.constants->size());
}

TEST(Plan, ConvolutionsOfAnySizeShareOneKernel) {
  NetworkWriter w;
  const auto add = [&](const Windows& windows) {
    auto weight = std::make_shared<Tensor>(Tensor{{windows.weights()}, w.values(windows.weights(), 1)});
    w.add(windows.outputs(), Convolution{{w.input(windows.inputs())}, windows, weight, nullptr});
  };
  add({2, 12, 1, {9, 8, 2, 1, 1, 0}, {9, 8, 2, 1, 1, 0}});
  add({4, 4, 4, {5, 3, 3, 1, 1, 0}, {9, 5, 1, 2, 1, 0}});
  const Plan plan = plan_of(w.model);
  EXPECT_EQ(plan.kernels.size(), 1u);
  EXPECT_EQ(plan.stages.size(), 2u);
}

/// A convolution of an input.
Signal add_convolution(NetworkWriter& w) {
  const Windows windows{1, 3, 1, {9, 8, 2, 1, 1, 0}, {9, 8, 2, 1, 1, 0}};
  auto weight = std::make_shared<Tensor>(Tensor{{windows.weights()}, w.values(windows.weights(), 1)});
  return w.add(windows.outputs(), Convolution{{w.input(windows.inputs())}, windows, weight, nullptr});
}
Signal add_pool(NetworkWriter& w, Source from) {
  const Windows windows{3, 3, 3, {8, 4, 2, 2, 1, 0}, {8, 4, 2, 2, 1, 0}};
  return w.add(windows.outputs(), Pool{Pool::How::largest, from, windows, false});
}

TEST(Plan, APoolIsMadeOfAConvolutionsSumsWhereNobodyElseReadsThem) {
  NetworkWriter alone;
  add_pool(alone, {add_convolution(alone)});
  const Plan fused = plan_of(alone.model);
  EXPECT_EQ(fused.stages.size(), 1u);
  EXPECT_EQ(fused.fused.front(), (std::vector<std::string>{"n0"}));

  NetworkWriter late, twice, given;
  add_pool(late, {add_convolution(late), 1});
  const Signal sums = add_convolution(twice);
  add_pool(twice, {sums}), add_pool(twice, {sums});
  const Signal seen = add_convolution(given);
  add_pool(given, {seen}), given.output("sums", seen);
  NetworkWriter turned;
  const Signal values = add_convolution(turned);
  add_pool(turned, {turned.add(turned.model.size(values), Reshape{{values}})});
  EXPECT_EQ(plan_of(turned.model).stages.size(), 1u) << "the shape is what it was";
  EXPECT_EQ(plan_of(late.model).stages.size(), 2u);
  EXPECT_EQ(plan_of(twice.model).stages.size(), 3u);
  const Plan shown = plan_of(given.model);
  EXPECT_EQ(shown.stages.size(), 2u);
  EXPECT_EQ(shown.alone.front(), "it is an output of the graph");
}

TEST(Plan, ValuesThatOnlyLaterStagesReadHaveNoMemoryOfTheirOwn) {
  NetworkWriter w;
  const Signal pool = add_pool(w, {add_convolution(w)}), late = w.linear({w.input(8)}, 8),
               unread = add_pool(w, {add_convolution(w)}), given = w.linear({w.input(8)}, 8);
  const Signal first = w.lif({{pool}}), second = w.lif({{{late, 1}}});
  w.lif({{given}});
  w.output("given", given);
  const Plan plan = plan_of(w.model);
  const auto buffer_of = [&](Signal s) {
    for (const PlanSignal& p : plan.signals)
      if (p.name == w.model.nodes[s.index].name) return plan.buffers[p.buffer];
    throw std::runtime_error("no such signal");
  };
  EXPECT_EQ(buffer_of(pool).passed, 1u);
  EXPECT_EQ(buffer_of(pool).memory, SPIKELOOM_OBSERVED);
  for (const Signal kept : {late, given, first, second, unread}) EXPECT_EQ(buffer_of(kept).passed, 0u);
}

TEST(Plan, SamplesOfAGroupFillTheCacheAndNoMore) {
  NetworkWriter small, large;
  small.lif({{add_pool(small, {add_convolution(small)})}});
  const Signal wide = large.input(1 << 16);
  large.lif({{large.lif({{wide}})}});
  EXPECT_GT(plan_of(small.model).group, plan_of(large.model).group);
  EXPECT_EQ(plan_of(large.model).group, 1u);
}

TEST(Plan, ASequenceIsNoConstantThoughItReadsNothing) {
  NetworkWriter w;
  const Signal image = w.input(6, true);
  w.lif({{image}, {w.add(6, Sequence{std::make_shared<Tensor>(Tensor{{3, 2}, w.values(6, 1)})})}});
  for (const spikeloom_segment& segment : plan_of(w.model).segments) EXPECT_EQ(segment.once, 0u);
}

}  // namespace
}  // namespace spikeloom::testing
