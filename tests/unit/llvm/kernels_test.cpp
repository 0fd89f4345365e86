// Every kind of kernel in small networks.
#include <gtest/gtest.h>

#include "equations/neuron.h"
#include "llvm/expression.h"
#include "schedule/plan.h"
#include "unit/llvm/compare.h"
#include "unit/llvm/networks.h"

namespace spikeloom::testing {
namespace {

TEST(Kernels, ALayerOfNeuronsOnAnInputFollowsTheReference) {
  for (const std::size_t n : {1u, 7u, 16u, 63u, 64u, 65u, 200u}) {
    NetworkWriter w;
    w.lif({{w.input(n)}});
    EXPECT_TRUE(same_as_reference(w.model)) << n << " neurons";
  }
}

/// Tiles are wider then, and leave a few vectors and lanes over.
TEST(Kernels, VeryManyNeuronsFollowTheReference) {
  for (const std::size_t n : {std::size_t{kManyNeurons}, std::size_t{kManyNeurons} + 43}) {
    NetworkWriter w;
    const Signal image = w.input(n, true);
    w.lif({{image}});
    w.lif({{w.input(n)}});
    EXPECT_TRUE(same_as_reference(w.model, {.batch = 1, .steps = 20})) << n << " neurons";
  }
}

TEST(Kernels, LinearLayersSumInOrderWhateverTheirSizes) {
  for (const std::size_t in : {1u, 130u})
    for (const std::size_t out : {1u, 40u, 64u, 150u}) {
      NetworkWriter w;
      const Signal first = w.lif({{w.linear({w.input(in)}, out)}});
      w.lif({{w.linear({first}, 33, false)}});
      EXPECT_TRUE(same_as_reference(w.model)) << in << " to " << out;
    }
}

/// A sample alone takes two panels at a time where vectors have eight lanes and no panel is brought near.
TEST(Kernels, PanelsOfASingleSampleSumInOrder) {
  for (const std::size_t out : {32u, 64u, 130u}) {
    NetworkWriter w;
    const Signal first = w.lif({{w.linear({w.input(70)}, out)}});
    const Signal second = w.lif({{w.linear({first}, out, false)}});
    w.linear({second}, out);
    for (const float density : {0.05f, 0.9f})
      EXPECT_TRUE(same_as_reference(w.model, {.batch = 1, .steps = 35, .density = density}))
          << out << " outputs";
    EXPECT_TRUE(same_as_reference(w.model, {.batch = 3, .steps = 35})) << out << " outputs";
  }
}

TEST(Kernels, OverflowsAndSubnormalsFollowTheReference) {
  NetworkWriter w;
  const Signal hidden = w.lif({{w.linear({w.input(40)}, 50)}});
  w.linear({{.index = hidden.index, .state = 0}}, 20);
  EXPECT_TRUE(same_as_reference(w.model, {.special_values = true}));
}

TEST(Kernels, AConstantInputFeedsEveryStep) {
  NetworkWriter w;
  const Signal image = w.input(64, true);
  const Signal flat = w.add(64, Reshape{{image}});
  const Signal hidden = w.lif({{w.linear({flat}, 100)}});
  w.lif({{w.linear({hidden}, 10)}});
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Kernels, ARecurrentNetworkRunsStepByStep) {
  NetworkWriter w;
  const Signal drive = w.linear({w.input(20)}, 48);
  // The recurrent layer stands before its source, which it reads a step late.
  const Signal neurons{.index = drive.index + 2};
  auto weight = std::make_shared<Tensor>(Tensor{{48, 48}, w.values(48 * 48, 0.3f)});
  const Signal recurrent = w.add(48, Linear{{neurons, 1}, weight, nullptr});
  w.cell(lif_cell(), {{{drive}, {recurrent}}}, {{{0.9f}}, {{1.0f}}}, 48);
  w.lif({{w.linear({neurons}, 10)}});
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Kernels, SumsOfSparseLayersAreThereInStepsWithEventsAndWithout) {
  for (const std::size_t n : {5u, 64u, 300u}) {
    NetworkWriter w;
    const Signal in = w.input(2), neurons{.index = in.index + 2};
    auto from_input = std::make_shared<Synapses>(), among = std::make_shared<Synapses>();
    from_input->rule = Synapses::Rule::all_to_all;
    from_input->out = static_cast<std::uint32_t>(n);
    from_input->in = 2;
    from_input->count = 2 * n;
    from_input->weight.a = 0.7f;
    among->rule = Synapses::Rule::one_to_one;
    among->out = among->in = static_cast<std::uint32_t>(n);
    among->count = n;
    among->weight.a = 0.4f;
    const Signal driven = w.add(n, Sparse{{in}, from_input});
    const Signal recurrent = w.add(n, Sparse{{neurons, 2}, among});
    w.cell(lif_cell(), {{{driven}, {recurrent}}}, {{{0.9f}}, {{1.0f}}}, n);
    EXPECT_TRUE(same_as_reference(w.model, {.batch = 3, .steps = 60, .density = 0.15f})) << n << " neurons";
  }
}

TEST(Kernels, EquationsInFrontOfNeuronsAreComputedWithThem) {
  for (const std::size_t n : {3u, 64u, 130u}) {
    NetworkWriter w;
    const Cell scaled = elementwise("gain * input + input", {"input"}, {"gain"});
    const Cell larger = elementwise("max(a, b) - a", {"a", "b"}, {});
    const auto gain = [&](Signal from) { return w.cell(scaled, {{{from}}}, {{w.values(n, 1.0f)}}, n); };
    const Signal layer = gain(gain(w.linear({w.input(20)}, n)));
    const Signal shaped = w.add(n, Reshape{{gain(w.lif({{layer}}))}});
    const Signal sum = w.cell(larger, {{{shaped}}, {{w.input(n)}}}, {}, n);
    w.population(w.lif({{sum}})).initial[0] = {w.values(n, 1.0f)};
    EXPECT_TRUE(same_as_reference(w.model)) << n << " neurons";
  }
}

TEST(Kernels, DelayedReadersSeeInitialValuesBeforeTheStart) {
  NetworkWriter w;
  const Signal in = w.input(24);
  const Signal neurons = w.lif({{in}});
  w.population(neurons).initial[0] = {w.values(24, 1.0f)};
  w.population(neurons).initial_output = {{1.0f}};
  w.linear({neurons, 3}, 20);
  w.linear({{.index = neurons.index, .state = 0}, 2}, 20);
  w.linear({in, 70}, 20);
  w.add(24, Reshape{{neurons, 1}});
  const Signal shaped = w.add(24, Reshape{{neurons}}, {4, 6});
  w.linear({shaped, 5}, 8);
  EXPECT_TRUE(same_as_reference(w.model, {.steps = 90}));
}

TEST(Kernels, AStateThatBeginsAtMinusZeroKeepsItsSign) {
  CellWriter c;
  const NodeId next = c.node(Op::Sub, {c.node(Op::Mul, {c.literal(0.5f), c.state()}), c.port()});
  c.cell.next_state[0] = c.cell.output = next;
  NetworkWriter w;
  w.population(w.cell(c.cell, {{{w.input(20)}}}, {}, 20)).initial[0] = {{-0.0f}};
  EXPECT_TRUE(same_as_reference(w.model, {.density = 0.02f}));
}

TEST(Kernels, InitialSpikesThatAreNoSpikesAreKeptAsNumbers) {
  NetworkWriter w;
  const Signal neurons = w.lif({{w.input(24)}});
  w.population(neurons).initial_output = {{0.25f}};
  w.linear({neurons, 2}, 20);
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Kernels, InitialValuesMayDifferFromSampleToSample) {
  NetworkWriter w;
  const Signal neurons = w.lif({{w.input(20)}});
  w.population(neurons).initial[0] = {w.values(60, 1.0f)};
  w.model.fixed_batch = 3;
  w.linear({{.index = neurons.index, .state = 0}, 1}, 5);
  EXPECT_TRUE(same_as_reference(w.model, {.batch = 3}));
}

TEST(Kernels, ConcatSliceAndReshapeMoveBitsAndFloats) {
  NetworkWriter w;
  const Signal in = w.input(21), more = w.input(5, true);
  const Signal a = w.lif({{in}}), b = w.lif({{w.linear({a}, 13)}});
  const Signal spikes = w.add(21 + 13, Concat{{{a}, {b}}});
  const Signal mixed = w.add(21 + 5 + 13, Concat{{{in}, {more}, {b}}});
  w.linear({w.add(9, Slice{{spikes}, 17})}, 6);
  w.linear({w.add(20, Slice{{mixed, 2}, 15})}, 6);
  w.lif({{w.add(34, Reshape{{spikes}}, {2, 17})}});
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Kernels, BitsAreCopiedFromAndToAnyPlace) {
  NetworkWriter w;
  const Signal a = w.lif({{w.input(100)}}), b = w.lif({{w.input(19)}});
  const Signal all = w.add(100 + 19 + 100, Concat{{{a}, {b}, {a, 1}}});
  for (const std::size_t first : {0u, 8u, 13u, 100u, 119u, 150u})
    for (const std::size_t n : {1u, 8u, 15u, 69u}) w.add(n, Slice{{all}, first});
  EXPECT_TRUE(same_as_reference(w.model, {.batch = 1}));
}

TEST(Kernels, ANetworkThatComputesNothingRuns) {
  NetworkWriter w;
  const Signal in = w.input(10);
  w.output("same", in);
  w.output("shaped", w.add(10, Reshape{{in}}, {2, 5}));
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Kernels, DelaysMayDifferFromNeuronToNeuron) {
  NetworkWriter w;
  const Signal in = w.input(30);
  const Signal neurons = w.lif({{in}});
  std::vector<std::uint32_t> steps(30);
  for (std::uint32_t i = 0; i < 30; ++i) steps[i] = i * 7 % 23;
  w.linear({w.add(30, Delay{{neurons}, steps})}, 12);
  w.linear({w.add(30, Delay{{in}, steps})}, 12);
  w.linear({w.add(30, Delay{{neurons, 1}, {4}})}, 12);
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Kernels, OnlyTheLargestOfAPopulationFiresUnderInhibition) {
  for (const std::size_t n : {1u, 10u, 37u, 100u}) {
    NetworkWriter w;
    w.lif({{w.input(n)}}, true);
    w.lif({{w.linear({{.index = 0}}, 10)}}, true);
    EXPECT_TRUE(same_as_reference(w.model, {.special_values = true})) << n;
  }
}

TEST(Kernels, ParametersMayDifferFromNeuronToNeuron) {
  NetworkWriter w;
  const Signal in = w.input(77);
  w.cell(lif_cell(), {{{in}}}, {{w.values(77, 0.9f)}, {w.values(77, 1.0f)}}, 77);
  w.cell(alpha_cell(), {{{in}, {in, 2}}}, {{w.values(77, 0.5f)}, {{0.3f}}, {{2.0f}}, {w.values(77, 1.0f)}},
         77);
  EXPECT_TRUE(same_as_reference(w.model, {.special_values = true}));
}

TEST(Kernels, AConditionIsCarriedIntoTheNextStepWhereItIsComputedAnyway) {
  const auto carried = [](const Cell& cell) {
    std::vector<NodeId> wanted = cell.next_state;
    wanted.push_back(cell.output);
    return carried_conditions(cell, needed_nodes(cell, wanted));
  };
  const Cell lif = lif_cell();
  ASSERT_EQ(carried(lif).size(), 1u);
  EXPECT_EQ(carried(lif)[0].at_end, lif.output);
  EXPECT_EQ(lif.nodes[carried(lif)[0].at_begin].op, Op::Gt);
  EXPECT_TRUE(carried(alpha_cell()).empty()) << "without a reset nobody asks who fired";
}

TEST(Kernels, WithoutFmaInstructionsTheBitsAreTheSame) {
  NetworkWriter w;
  const Signal in = w.input(40);
  const Signal hidden = w.lif({{w.linear({in}, 100)}});
  w.lif({{w.linear({hidden}, 10)}});
  EXPECT_TRUE(same_as_reference(w.model, {.special_values = true, .cpu = "x86-64-v2"}));
  EXPECT_TRUE(same_as_reference(w.model, {.special_values = true, .cpu = "x86-64"}));
}

TEST(Kernels, EventsAreListedAlikeHoweverTheCpuPacksThem) {
  NetworkWriter w;
  const Signal in = w.input(150);
  const Signal hidden = w.lif({{w.linear({in}, 300)}});
  w.lif({{w.linear({hidden}, 10)}});
  std::vector<const char*> cpus = {""};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2")) cpus.push_back("x86-64-v3");
  if (__builtin_cpu_supports("avx512vl")) cpus.push_back("x86-64-v4");  // compresses words, but not bytes
#endif
  for (const char* cpu : cpus)
    for (const float density : {0.0f, 0.03f, 0.4f, 1.0f})  // no event in 64 inputs, one or two, many, all
      EXPECT_TRUE(same_as_reference(w.model, {.density = density, .special_values = true, .cpu = cpu}))
          << cpu << " " << density;
}

}  // namespace
}  // namespace spikeloom::testing
