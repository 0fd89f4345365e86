// Every row of ops.def: what the code generator emits is what the reference computes, on all pairs of special
// values and on random ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "unit/llvm/compare.h"
#include "unit/llvm/networks.h"

namespace spikeloom::testing {
namespace {

/// Inputs of a network are finite: these two stand for +infinity and NaN inside a cell.
constexpr float kInfinity = 12345.0f, kNan = 54321.0f;

std::vector<float> operand_values() {
  std::vector<float> values{0.0f,        -0.0f,          1.0f,          -1.0f,          0.5f,
                            -0.5f,       2.0f,           3.0f,          1e-45f,         -1e-45f,
                            1e-38f,      1.1754944e-38f, 3.4028235e38f, -3.4028235e38f, 87.5f,
                            -87.5f,      88.8f,          -103.9f,       1e20f,          -1e20f,
                            0.99999994f, 1.0000001f,     8388607.5f,    -8388608.5f,    1e10f,
                            -2.5f,       0.33333334f,    kInfinity,     -kInfinity,     kNan};
  NetworkWriter w(3);
  for (const float x : w.values(18, 4.0f)) values.push_back(x);
  return values;
}

/// x, y and z run over all pairs of values; z follows along.
std::vector<std::vector<float>> all_pairs() {
  const std::vector<float> v = operand_values();
  std::vector<std::vector<float>> rows(3);
  for (std::size_t i = 0; i < v.size(); ++i)
    for (std::size_t j = 0; j < v.size(); ++j) {
      rows[0].push_back(v[i]);
      rows[1].push_back(v[j]);
      rows[2].push_back(v[(i * 7 + j * 3) % v.size()]);
    }
  return rows;
}

NodeId with_specials(CellWriter& w, NodeId x) {
  const NodeId huge = w.literal(3e38f);
  const NodeId infinity = w.node(Op::Mul, {huge, huge});
  const NodeId nan = w.node(Op::Sub, {infinity, infinity});
  x = w.node(Op::Select, {w.node(Op::Eq, {x, w.literal(kInfinity)}), infinity, x});
  x = w.node(Op::Select, {w.node(Op::Eq, {x, w.literal(-kInfinity)}), w.node(Op::Neg, {infinity}), x});
  return w.node(Op::Select, {w.node(Op::Eq, {x, w.literal(kNan)}), nan, x});
}

bool takes_conditions(Op op) {
  return op == Op::And || op == Op::Or || op == Op::Not || op == Op::Real;
}

class EveryOperation : public ::testing::TestWithParam<Op> {};

TEST_P(EveryOperation, MeansInVectorsWhatItMeansInTheReference) {
  const auto rows = all_pairs();
  const std::size_t n = rows[0].size();
  const Op op = GetParam();
  CellWriter w;
  std::array<NodeId, 3> x{};
  for (std::uint32_t i = 0; i < 3; ++i) {
    x[i] = with_specials(w, w.port(i));
    if (takes_conditions(op) || (op == Op::Select && i == 0)) x[i] = w.node(Op::Gt, {x[i], w.literal(0.4f)});
  }
  NodeId result = kNoNode;
  switch (arity(op)) {
    case 1:
      result = w.node(op, {x[0]});
      break;
    case 2:
      result = w.node(op, {x[0], x[1]});
      break;
    default:
      result = w.node(op, {x[0], x[1], x[2]});
      break;
  }
  w.cell.output = result;
  NetworkWriter network;
  std::vector<std::vector<Source>> ports;
  for (int i = 0; i < 3; ++i) ports.push_back({{network.input(n)}});
  network.cell(w.cell, ports, {}, n);
  for (const char* cpu : {"", "x86-64-v2", "x86-64"})
    EXPECT_TRUE(same_as_reference(network.model, {.batch = 1, .steps = 2, .cpu = cpu, .rows = rows}))
        << name_of(op) << " " << cpu;
}

std::vector<Op> all_operations() {
  return {
#define OP(name, type, arity, text, scalar, emit, derivative) Op::name,
#include "equations/ops.def"
  };
}

INSTANTIATE_TEST_SUITE_P(All, EveryOperation, ::testing::ValuesIn(all_operations()),
                         [](const auto& row) { return std::string(name_of(row.param)); });

TEST(Operations, AConditionMeetingAFixedValueKeepsItsBits) {
  std::vector<float> fixed{0.0f,
                           -0.0f,
                           1.0f,
                           -1.0f,
                           2.5f,
                           -2.5f,
                           std::numeric_limits<float>::infinity(),
                           -std::numeric_limits<float>::infinity(),
                           1e-45f,
                           3.4028235e38f};
  const std::size_t n = fixed.size() * 2;
  fixed.insert(fixed.end(), fixed.begin(), fixed.end());
  std::vector<float> signs(n, 1.0f);
  std::fill(signs.begin() + n / 2, signs.end(), -1.0f);
  for (const Op op : {Op::Add, Op::Sub, Op::Mul, Op::Div})
    for (const bool condition_first : {true, false}) {
      CellWriter w;
      const NodeId condition = w.node(Op::Real, {w.node(Op::Gt, {w.port(), w.literal(0)})});
      const NodeId value = w.fixed(0);
      w.cell.output = condition_first ? w.node(op, {condition, value}) : w.node(op, {value, condition});
      NetworkWriter network;
      network.cell(w.cell, {{{network.input(n)}}}, {{fixed}}, n);
      EXPECT_TRUE(same_as_reference(network.model, {.batch = 1, .steps = 1, .rows = {signs}})) << name_of(op);
    }
}

TEST(Operations, RandomNumbersDependOnSeedStepNeuronSampleAndNode) {
  for (const Op op : {Op::Uniform, Op::Normal}) {
    CellWriter w;
    const NodeId first = w.node(op, {}, 0), third = w.node(op, {}, 2);
    w.state(0);
    w.state(1);
    w.cell.next_state = {first, third};
    w.cell.output = w.node(Op::Gt, {first, third});
    NetworkWriter network;
    network.model.seed = 0x123456789abcdef0u;
    network.cell(w.cell, {}, {}, 150);
    network.cell(w.cell, {}, {}, 20);
    EXPECT_TRUE(same_as_reference(network.model, {.batch = 3}));
  }
}

TEST(Operations, TheStepNumberIsThatOfTheStep) {
  CellWriter w;
  const NodeId sum = w.node(Op::Add, {w.state(), w.node(Op::Step)});
  w.cell.next_state[0] = sum;
  w.cell.output = sum;
  NetworkWriter network;
  network.cell(w.cell, {}, {}, 20);
  EXPECT_TRUE(same_as_reference(network.model, {.steps = 100}));
}

TEST(Operations, QuantizeTakesTheLevelThatTheMidpointsSay) {
  for (const std::size_t levels : {1u, 2u, 4u, 5u, 16u, 256u}) {
    LevelTable table;
    for (std::size_t i = 0; i < levels; ++i) {
      table.levels.push_back(-2.0f + 0.03f * static_cast<float>(i * i % 97 + i * 5));
      if (i > 0) table.midpoints.push_back((table.levels[i - 1] + table.levels[i]) / 2);
    }
    std::ranges::sort(table.levels);
    std::ranges::sort(table.midpoints);
    CellWriter w;
    w.cell.tables = {table};
    w.cell.output = w.node(Op::Quantize, {with_specials(w, w.port())});
    NetworkWriter network;
    const auto rows = all_pairs();
    network.cell(w.cell, {{{network.input(rows[0].size())}}}, {}, rows[0].size());
    EXPECT_TRUE(same_as_reference(network.model, {.batch = 1, .steps = 1, .rows = {rows[0]}})) << levels;
    EXPECT_TRUE(same_as_reference(network.model, {.batch = 1, .steps = 3})) << levels;
  }
}

}  // namespace
}  // namespace spikeloom::testing
