// Counters that are held as bytes: what runs, and what a caller sees, sets and saves.
#include <gtest/gtest.h>

#include "native/codegen.h"
#include "schedule/plan.h"
#include "spikeloom/session.h"
#include "unit/llvm/compare.h"
#include "unit/llvm/networks.h"

namespace spikeloom::testing {
namespace {

/// A membrane that is held, and a counter: count = spike ? refractory : max(count - 1, 0). Fixed: threshold,
/// refractory.
Cell refractory_cell() {
  CellWriter w;
  const NodeId threshold = w.fixed(0), steps = w.fixed(1), input = w.port();
  const NodeId membrane = w.state(0), count = w.state(1), zero = w.literal(0);
  const NodeId held = w.node(Op::Gt, {count, zero});
  const NodeId charged = w.node(Op::Add, {w.node(Op::Mul, {w.literal(0.9f), membrane}), input});
  const NodeId now = w.node(Op::Select, {held, membrane, charged});
  const NodeId left = w.node(Op::Max, {w.node(Op::Sub, {count, w.literal(1)}), zero});
  const NodeId spike = w.node(Op::And, {w.node(Op::Gt, {now, threshold}), w.node(Op::Not, {held})});
  w.cell.next_state = {w.node(Op::Select, {spike, zero, now}), w.node(Op::Select, {spike, steps, left})};
  w.cell.output = spike;
  w.cell.model = "refractory";
  return w.cell;
}

Signal add_refractory(NetworkWriter& w, Signal from, PerNeuron steps) {
  return w.cell(refractory_cell(), {{{from}}}, {{{0.8f}}, std::move(steps)}, w.model.size(from));
}

const Signal kCount{.index = 0, .state = 1};

std::uint32_t element_of_counter(const Model& model) {
  const Plan plan = make_plan(model, {.lanes = 8});
  verify(plan);
  for (const PlanSignal& s : plan.signals)
    if (s.name == model.name_of(kCount)) return plan.buffers[s.buffer].element;
  return SPIKELOOM_NONE;
}

TEST(Counters, AreHeldAsBytesWhereBytesHoldThem) {
  const auto element = [](PerNeuron steps, PerNeuron initial) {
    NetworkWriter w;
    w.population(add_refractory(w, w.input(3), std::move(steps))).initial[1] = std::move(initial);
    return element_of_counter(w.model);
  };
  EXPECT_EQ(element({{255}}, {{0}}), SPIKELOOM_BYTES);
  EXPECT_EQ(element({{0, 2, 255}}, {{255, 0, 3}}), SPIKELOOM_BYTES);
  EXPECT_EQ(element({{256}}, {{0}}), SPIKELOOM_FLOAT);
  EXPECT_EQ(element({{2.5f}}, {{0}}), SPIKELOOM_FLOAT);
  EXPECT_EQ(element({{2}}, {{0.5f}}), SPIKELOOM_FLOAT);
  EXPECT_EQ(element({{2}}, {{-0.0f}}), SPIKELOOM_FLOAT);
  EXPECT_EQ(element({{2}}, {{256}}), SPIKELOOM_FLOAT);
}

TEST(Counters, AreNumbersWhereOtherNodesReadThem) {
  NetworkWriter w;
  add_refractory(w, w.input(20), {{3}});
  w.linear({kCount, 1}, 5);
  EXPECT_EQ(element_of_counter(w.model), SPIKELOOM_FLOAT);
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Counters, FollowTheReference) {
  for (const std::size_t n : {1u, 3u, 16u, 65u, 200u}) {
    NetworkWriter w;
    std::vector<float> steps(n), initial(n);
    for (std::size_t j = 0; j < n; ++j) {
      steps[j] = static_cast<float>(j * 7 % 256);
      initial[j] = static_cast<float>(j % 3 == 0 ? 255 - j : 0);
    }
    const Signal first = add_refractory(w, w.input(n), {steps});
    w.population(first).initial[1] = {initial};
    const Signal layer = w.linear({first}, n);
    const Signal second = add_refractory(w, layer, {{2}});
    w.linear({second}, 4);
    EXPECT_TRUE(same_as_reference(w.model)) << n << " neurons";
  }
}

TEST(Counters, MayBeWhatANeuronGivesOut) {
  NetworkWriter w;
  const Signal neurons = add_refractory(w, w.input(70), {{4}});
  Cell& cell = w.population(neurons).cell;
  cell.output = cell.next_state[1];
  w.linear({neurons}, 9);
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Counters, MayBeReadByTheirOwnEquations) {
  NetworkWriter w;
  const Signal neurons = add_refractory(w, w.input(70), {{4}});
  CellWriter more{w.population(neurons).cell};
  // The membrane grows with what is left.
  const NodeId grown = more.node(Op::Add, {more.cell.next_state[0], more.cell.next_state[1]});
  more.cell.next_state[0] = more.node(Op::Sub, {grown, more.node(Op::State, {}, 1)});
  w.population(neurons).cell = more.cell;
  EXPECT_TRUE(same_as_reference(w.model));
}

TEST(Counters, AreReadSetAndSavedAsNumbers) {
  NetworkWriter w;
  add_refractory(w, w.input(3), {{9}});
  const Plan plan = make_plan(w.model, *resolve_target({}));
  const Program program = *generate(plan);
  const std::string name = w.model.name_of(kCount);
  Session session = *Session::create(program, {.batch = 2});
  const std::vector<float> set = {0, 1, 255, 3, 0, 9}, drive = {2, 2, 2, 2, 2, 2};
  ASSERT_TRUE(session.set_state(name, set).ok());
  std::vector<float> got(6);
  ASSERT_TRUE(session.read(name, got).ok());
  EXPECT_EQ(got, set);
  const std::vector<std::span<const float>> inputs = {drive};
  ASSERT_TRUE(session.step(inputs).ok());
  const std::vector<float> next = {9, 0, 254, 2, 9, 8};
  ASSERT_TRUE(session.read(name, got).ok());
  EXPECT_EQ(got, next);

  Session other = *Session::create(program, {.batch = 2});
  ASSERT_TRUE(other.restore(session.save()).ok());
  ASSERT_TRUE(other.read(name, got).ok());
  EXPECT_EQ(got, next);
}

TEST(Counters, RefuseWhatTheyCannotCountTo) {
  NetworkWriter w;
  add_refractory(w, w.input(3), {{9}});
  Session session = *Session::create(*generate(make_plan(w.model, *resolve_target({}))), {.batch = 2});
  const std::string name = w.model.name_of(kCount);
  for (const float wrong : {256.0f, -1.0f, 0.5f}) {
    const std::vector<float> values = {0, 0, 0, 0, wrong, 0};
    const Result<void> set = session.set_state(name, values);
    ASSERT_FALSE(set.ok()) << wrong;
    EXPECT_EQ(set.error().text(),
              "error: 'n0.s1' counts steps, and neuron 1 is given what it cannot count to\n"
              "  expected  a whole number from 0 to 255\n  got       " +
                  std::to_string(wrong));
  }
  std::vector<float> got(6, 1);
  ASSERT_TRUE(session.read(name, got).ok());
  EXPECT_EQ(got, std::vector<float>(6));
}

}  // namespace
}  // namespace spikeloom::testing
