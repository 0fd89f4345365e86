// What a spike does to the states: a masked operation where the CPU has such, the same bits everywhere.
#include <gtest/gtest.h>

#include "llvm/codegen.h"
#include "llvm/expression.h"
#include "llvm/target.h"
#include "schedule/plan.h"
#include "unit/llvm/compare.h"
#include "unit/llvm/networks.h"

namespace spikeloom::testing {
namespace {

/// As the equations of lif are lowered. Fixed: beta, threshold, 0 * threshold.
Cell subtracting_cell() {
  CellWriter w;
  const NodeId beta = w.fixed(0), threshold = w.fixed(1), nothing = w.fixed(2);
  const NodeId mem = w.state(), input = w.port();
  const NodeId fired = w.node(Op::Gt, {mem, threshold});
  const NodeId charged = w.node(Op::Add, {w.node(Op::Mul, {beta, mem}), input});
  const NodeId next = w.node(Op::Sub, {charged, w.node(Op::Select, {fired, threshold, nothing})});
  w.cell.next_state[0] = next;
  w.cell.output = w.node(Op::Gt, {next, threshold});
  w.cell.model = "subtracting";
  return w.cell;
}

/// Two currents and a membrane, all cleared by a spike. Fixed: rise, decay, gain, threshold. `reads_charge`:
/// a state keeps the first current as it was before that; `asks_twice`: another one counts who fired.
Cell clearing_cell(bool reads_charge = false, bool asks_twice = false) {
  CellWriter w;
  const NodeId rise = w.fixed(0), decay = w.fixed(1), gain = w.fixed(2), threshold = w.fixed(3);
  const NodeId exc = w.state(0), inh = w.state(1), mem = w.state(2), input = w.port();
  const NodeId fired = w.node(Op::Gt, {mem, threshold});
  const NodeId e = w.node(Op::Add, {w.node(Op::Mul, {rise, exc}), input});
  const NodeId i = w.node(Op::Sub, {w.node(Op::Mul, {decay, inh}), input});
  const NodeId m = w.node(Op::Mul, {gain, w.node(Op::Add, {e, i})});
  const NodeId zero = w.literal(0);
  w.cell.next_state = {w.node(Op::Select, {fired, zero, e}), w.node(Op::Select, {fired, zero, i}),
                       w.node(Op::Select, {fired, zero, m})};
  w.cell.output = w.node(Op::Gt, {w.cell.next_state[2], threshold});
  if (reads_charge) {
    w.state(3);
    w.cell.next_state[3] = w.node(Op::Mul, {e, m});
  }
  if (asks_twice) {
    const auto count = static_cast<std::uint32_t>(w.cell.states.size());
    const NodeId before = w.state(count);
    w.cell.next_state[count] = w.node(Op::Add, {before, w.node(Op::Real, {fired})});
  }
  w.cell.model = "clearing";
  return w.cell;
}

/// A membrane that is cleared, then cleared again, and again under the same condition.
Cell cell_that_clears_what_is_cleared() {
  CellWriter w;
  const NodeId decay = w.fixed(0), threshold = w.fixed(1), mem = w.state(0), input = w.port(),
               zero = w.literal(0);
  w.state(1);
  const NodeId fired = w.node(Op::Gt, {mem, threshold});
  const NodeId charged = w.node(Op::Add, {w.node(Op::Mul, {decay, mem}), input});
  const NodeId cleared = w.node(Op::Select, {fired, zero, charged});
  const NodeId more = w.node(Op::Add, {w.node(Op::Mul, {decay, cleared}), charged});
  w.cell.next_state = {w.node(Op::Select, {fired, zero, more}),
                       w.node(Op::Select, {fired, zero, w.node(Op::Select, {fired, zero, more})})};
  w.cell.output = w.node(Op::Gt, {w.cell.next_state[0], threshold});
  w.cell.model = "cleared";
  return w.cell;
}

void add(NetworkWriter& w, Cell cell, std::vector<PerNeuron> fixed, std::size_t n = 150) {
  w.cell(std::move(cell), {{{w.input(n)}}}, std::move(fixed), n);
}

std::vector<CarriedCondition> carried(const Cell& cell) {
  std::vector<NodeId> wanted = cell.next_state;
  wanted.push_back(cell.output);
  return carried_conditions(cell, needed_nodes(cell, wanted));
}

bool has_mask_registers() {
  const auto cpu = find_cpu("");
  return cpu.ok() && cpu->lanes == 16 && cpu->instructions.compress;
}

std::string assembly_of(Cell cell, std::vector<PerNeuron> fixed) {
  NetworkWriter w;
  add(w, std::move(cell), std::move(fixed), 1000);
  std::string text;
  const auto objects = generate_objects(make_plan(w.model, {.lanes = 16}), {}, {.assembly = &text});
  EXPECT_TRUE(objects.ok());
  return text;
}

/// All thresholds alike make a kernel of their own: 0 times a negative one is -0, which is no +0.
TEST(Resets, BySubtractionFollowTheReferenceForThresholdsOfEitherSign) {
  for (const std::vector<float>& thresholds : std::vector<std::vector<float>>{
           {1.0f}, {0.0f}, {-0.0f}, {-1.0f}, {1.0f, -1.0f, 0.0f, -0.0f, 1e-40f, 3e38f}}) {
    NetworkWriter w;
    const Signal in = w.input(150);
    std::vector<float> all(thresholds.size() == 1 ? 1 : 150), nothing;
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = thresholds[i % thresholds.size()];
    for (const float threshold : all) nothing.push_back(0 * threshold);
    w.cell(subtracting_cell(), {{{in}}}, {{{-0.9f}}, {all}, {nothing}}, 150);
    // The same as a product, and of the largest alone.
    w.cell(lif_cell(), {{{in}}}, {{{0.9f}}, {all}}, 150);
    w.cell(lif_cell(true), {{{in}}}, {{{-0.9f}}, {all}}, 150);
    EXPECT_TRUE(same_as_reference(w.model, {.density = 0.7f, .scale = 3.0f, .special_values = true}))
        << thresholds[0];
  }
}

TEST(Resets, ToZeroFollowTheReference) {
  for (const float gain : {1.5f, -1.5f, 0.0f})
    for (const Cell& cell : {clearing_cell(), clearing_cell(true), clearing_cell(false, true)}) {
      NetworkWriter w;
      add(w, cell, {{{0.9f}}, {{-0.8f}}, {{gain}}, {{0.5f}}});
      EXPECT_TRUE(same_as_reference(w.model, {.density = 0.7f, .scale = 3.0f, .special_values = true}))
          << gain;
    }
  NetworkWriter w;
  add(w, cell_that_clears_what_is_cleared(), {{{0.9f}}, {{0.5f}}});
  EXPECT_TRUE(same_as_reference(w.model, {.density = 0.7f, .scale = 3.0f, .special_values = true}));
}

TEST(Resets, CarryTheOppositeOfWhoFiredWhereItClearsSeveralValues) {
  ASSERT_EQ(carried(clearing_cell()).size(), 1u);
  EXPECT_TRUE(carried(clearing_cell())[0].as_opposite);
  EXPECT_FALSE(carried(clearing_cell(false, true))[0].as_opposite) << "somebody asks who fired";
  EXPECT_FALSE(carried(subtracting_cell())[0].as_opposite);
}

TEST(Resets, AreMaskedOperations) {
  // Code for a CPU that cannot run here is refused. On any machine ir.* looks at the choice itself.
  if (!has_mask_registers()) GTEST_SKIP() << "this machine has no mask registers";
  const std::string subtracts = assembly_of(subtracting_cell(), {{{0.9f}}, {{1.0f}}, {{0.0f}}});
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_FALSE(has(subtracts, "vblendmps")) << subtracts;
  const std::string clears = assembly_of(clearing_cell(), {{{0.9f}}, {{0.8f}}, {{1.5f}}, {{1.0f}}});
  EXPECT_TRUE(has(clears, "{z}")) << clears;
  // No value is moved only to clear it: in the loop over steps everything is computed where it stays.
  const std::size_t begin = clears.find("vmulps"), end = clears.find("kmovw", begin);
  EXPECT_FALSE(has(clears.substr(begin, end - begin), "vmovaps")) << clears;
}

}  // namespace
}  // namespace spikeloom::testing
