// One test per row of ops.def on corner values, against what IEEE 754 and the language's page say; and the
// rewrites of the lowering, which must keep every bit on the same values.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "equations/evaluate.h"
#include "equations/neuron.h"

namespace spikeloom {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kQuietNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kCorners[] = {0.0f,
                              -0.0f,
                              1,
                              -1,
                              2,
                              -2,
                              0.5f,
                              -2.5f,
                              3,
                              1e-45f,
                              -1e-45f,
                              1.17549421e-38f,
                              1.17549435e-38f,
                              3.4028235e38f,
                              -3.4028235e38f,
                              kInf,
                              -kInf,
                              kQuietNan,
                              0.1f,
                              -7.3f};

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

/// The elementary functions are right to 2 ulp; the standard library's are not the same bits.
bool near_bits(Op op, float a, float b) {
  if (op != Op::Exp && op != Op::Log && op != Op::Tanh && op != Op::Pow) return same_bits(a, b);
  return same_bits(a, b) || std::nextafter(a, b) == b;
}

using Meaning = std::function<float(float, float, float)>;

/// Written without looking at the table: the standard library and bit operations.
const std::map<Op, Meaning>& meanings() {
  static const std::map<Op, Meaning> all = {
      {Op::Real, [](float x, float, float) { return x; }},
      {Op::Neg, [](float x, float,
                   float) { return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) ^ 0x80000000u); }},
      {Op::Add, [](float x, float y, float) { return std::fma(x, 1.0f, y); }},
      {Op::Sub, [](float x, float y, float) { return std::fma(y, -1.0f, x); }},
      {Op::Mul, [](float x, float y,
                   float) { return static_cast<float>(static_cast<double>(x) * static_cast<double>(y)); }},
      // Twice 24 bits and 2 more fit a double, so rounding the double quotient once more is exact.
      {Op::Div, [](float x, float y,
                   float) { return static_cast<float>(static_cast<double>(x) / static_cast<double>(y)); }},
      {Op::Min, [](float x, float y, float) { return std::isless(x, y) ? x : y; }},
      {Op::Max, [](float x, float y, float) { return std::isgreater(x, y) ? x : y; }},
      {Op::Abs, [](float x, float,
                   float) { return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0x7fffffffu); }},
      {Op::Sqrt, [](float x, float, float) { return static_cast<float>(std::sqrt(static_cast<double>(x))); }},
      {Op::Floor,
       [](float x, float, float) { return static_cast<float>(std::floor(static_cast<double>(x))); }},
      {Op::Exp, [](float x, float, float) { return static_cast<float>(std::exp(static_cast<double>(x))); }},
      {Op::Log, [](float x, float, float) { return static_cast<float>(std::log(static_cast<double>(x))); }},
      {Op::Tanh, [](float x, float, float) { return static_cast<float>(std::tanh(static_cast<double>(x))); }},
      {Op::Pow,
       [](float x, float y, float) {
         return static_cast<float>(std::pow(static_cast<double>(x), static_cast<double>(y)));
       }},
      {Op::Fma, [](float x, float y, float z) { return std::fma(x, y, z); }},
      {Op::Lt, [](float x, float y, float) { return std::isless(x, y) ? 1.0f : 0.0f; }},
      {Op::Le, [](float x, float y, float) { return std::islessequal(x, y) ? 1.0f : 0.0f; }},
      {Op::Gt, [](float x, float y, float) { return std::isgreater(x, y) ? 1.0f : 0.0f; }},
      {Op::Ge, [](float x, float y, float) { return std::isgreaterequal(x, y) ? 1.0f : 0.0f; }},
      {Op::Eq, [](float x, float y,
                  float) { return std::islessequal(x, y) && std::isgreaterequal(x, y) ? 1.0f : 0.0f; }},
      {Op::Ne, [](float x, float y,
                  float) { return std::islessequal(x, y) && std::isgreaterequal(x, y) ? 0.0f : 1.0f; }},
      {Op::And, [](float x, float y, float) { return x + y == 2 ? 1.0f : 0.0f; }},
      {Op::Or, [](float x, float y, float) { return x + y > 0 ? 1.0f : 0.0f; }},
      {Op::Not, [](float x, float, float) { return 1 - x; }},
      {Op::Select, [](float x, float y, float z) { return x == 1 ? y : z; }},
  };
  return all;
}

TEST(Operations, HaveTheirMeaningOnCornerValues) {
  const float conditions[] = {0, 1};
  const auto values_of = [&](Op op, int k) {
    return takes_condition(op, k) || op == Op::Real ? std::span<const float>(conditions)
                                                    : std::span<const float>(kCorners);
  };
  const float nothing[] = {0};
  std::size_t rows = 0;
#define OP(name, type, n, text, scalar, emit, derivative)                                                \
  {                                                                                                      \
    ++rows;                                                                                              \
    ASSERT_TRUE(meanings().contains(Op::name)) << #name;                                                 \
    for (const float x : values_of(Op::name, 0))                                                         \
      for (const float y : n > 1 ? values_of(Op::name, 1) : std::span<const float>(nothing))             \
        for (const float z : n > 2 ? values_of(Op::name, 2) : std::span<const float>(nothing)) {         \
          const float got = apply_operation(Op::name, x, y, z), want = meanings().at(Op::name)(x, y, z); \
          EXPECT_TRUE(near_bits(Op::name, got, want))                                                    \
              << #name << " of " << x << ", " << y << ", " << z << ": " << got << ", not " << want;      \
        }                                                                                                \
  }
#include "equations/ops.def"
  EXPECT_EQ(rows, meanings().size());
}

TEST(Operations, MinAndMaxGiveTheSecondOnATieOrNan) {
  EXPECT_TRUE(same_bits(apply_operation(Op::Min, 0.0f, -0.0f), -0.0f));
  EXPECT_TRUE(same_bits(apply_operation(Op::Max, -0.0f, 0.0f), 0.0f));
  EXPECT_EQ(apply_operation(Op::Min, kQuietNan, 3), 3);
  EXPECT_TRUE(std::isnan(apply_operation(Op::Max, 3, kQuietNan)));
}

/// The value of a cell of one expression over ports a, b and parameters p, q.
float run(const Cell& cell, float a, float b, float p, float q) {
  const std::vector<PerNeuron> parameters = {{{p}}, {{q}}};
  const std::vector<PerNeuron> setup = evaluate_setup(cell, parameters, 1, 1);
  std::vector<float> fixed, values(cell.nodes.size());
  for (const NodeId id : cell.fixed) fixed.push_back(setup[id][0]);
  const std::vector<float> ports = {a, b};
  Surroundings s;
  s.fixed = fixed;
  s.ports = ports;
  evaluate(cell, s, 0, cell.nodes.size(), values);
  return values[cell.output];
}

std::multiset<std::string> operations(const Cell& cell) {
  std::multiset<std::string> names;
  for (const ExprNode& n : cell.nodes)
    if (arity(n.op) > 0) names.insert(name_of(n.op));
  return names;
}

TEST(Rewrites, KeepEveryBit) {
  struct Case {
    const char* text;
    std::multiset<std::string> left;  // operations of a step
    Meaning meaning;                  // of a, p, q, operation by operation
  };
  const auto flag = [](bool x) { return x ? 1.0f : 0.0f; };
  const Case cases[] = {
      {"a * 1", {}, [](float a, float, float) { return a * 1; }},
      {"1 * a", {}, [](float a, float, float) { return 1 * a; }},
      {"a / 1", {}, [](float a, float, float) { return a / 1; }},
      {"a - 0", {}, [](float a, float, float) { return a - 0.0f; }},
      {"a + -0", {}, [](float a, float, float) { return a + -0.0f; }},
      {"a - -p", {"Add"}, [](float a, float p, float) { return a + p; }},
      {"a / 4", {"Mul"}, [](float a, float, float) { return a / 4; }},
      {"a / 3", {"Div"}, [](float a, float, float) { return a / 3; }},
      {"a > p ? a : a", {}, [](float a, float, float) { return a; }},
      {"(a > p) * q", {"Gt", "Select"}, [&](float a, float p, float q) { return flag(a > p) * q; }},
      {"q - (a > p)", {"Gt", "Select"}, [&](float a, float p, float q) { return q - flag(a > p); }},
      {"-(a > p)", {"Gt", "Select"}, [&](float a, float p, float) { return -flag(a > p); }},
      {"(a > p) / q", {"Gt", "Select"}, [&](float a, float p, float q) { return flag(a > p) / q; }},
      // Not allowed: these stay.
      {"a + 0", {"Add"}, [](float a, float, float) { return a + 0.0f; }},
      {"a * 0", {"Mul"}, [](float a, float, float) { return a * 0.0f; }},
      {"a - a", {"Sub"}, [](float a, float, float) { return a - a; }},
      {"a * p + a * q", {"Mul", "Mul", "Add"}, [](float a, float p, float q) { return a * p + a * q; }},
      // Fixed values are computed once; equal ones are shared.
      {"a * (p + q) + a * (q + p)",
       {"Mul", "Add"},
       [](float a, float p, float q) { return a * (p + q) + a * (p + q); }},
      {"p > q ? a : p", {"Ne", "Select"}, [](float a, float p, float q) { return p > q ? a : p; }},
  };
  for (const Case& c : cases) {
    const Cell cell = elementwise(c.text, {"a", "b"}, {"p", "q"});
    EXPECT_EQ(operations(cell), c.left) << c.text;
    for (const float a : kCorners)
      for (const float p : kCorners)
        for (const float q : kCorners) {
          const float got = run(cell, a, 0, p, q), want = c.meaning(a, p, q);
          EXPECT_TRUE(same_bits(got, want)) << c.text << " at a = " << a << ", p = " << p << ", q = " << q
                                            << ": " << got << ", not " << want;
        }
  }
}

TEST(Rewrites, NodesOfACellComeAfterTheirOperandsAndAreAllUsed) {
  const Cell cell = elementwise("max(a * p, b) > q ? exp(a) : t", {"a", "b"}, {"p", "q"});
  std::set<NodeId> used = {cell.output};
  for (NodeId id = 0; id < cell.nodes.size(); ++id)
    for (int k = 0; k < arity(cell.nodes[id].op); ++k) {
      EXPECT_LT(cell.nodes[id].arg[k], id);
      used.insert(cell.nodes[id].arg[k]);
    }
  EXPECT_EQ(used.size(), cell.nodes.size());
}

TEST(Rewrites, ElementwiseConditionsSpike) {
  EXPECT_TRUE(elementwise("input > threshold", {"input"}, {"threshold"}).spikes());
  EXPECT_FALSE(elementwise("max(input, 0)", {"input"}, {}).spikes());
}

}  // namespace
}  // namespace spikeloom
