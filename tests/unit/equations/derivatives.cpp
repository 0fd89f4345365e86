// Derivatives against differences.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "equations/derivative.h"
#include "equations/evaluate.h"
#include "equations/neuron.h"
#include "equations/parse.h"

namespace spikeloom {
namespace {

using Point = std::vector<std::pair<std::string, float>>;

Expression parsed_internal(std::string_view text) {
  TextProblem problem;
  const auto e = parse_expression(text, {.internal = true}, problem);
  EXPECT_TRUE(e) << text << ": " << problem.what;
  return e ? *e : name_expression("broken");
}

float value_at(const Expression& e, const Point& point) {
  std::vector<std::string> names;
  std::vector<float> ports;
  for (const auto& [name, value] : point) names.push_back(name), ports.push_back(value);
  const Cell cell = elementwise(print(e), names, {});
  const std::vector<PerNeuron> setup = evaluate_setup(cell, {}, 1, 1);
  std::vector<float> fixed, values(cell.nodes.size());
  for (const NodeId id : cell.fixed) fixed.push_back(setup[id][0]);
  Surroundings s;
  s.fixed = fixed;
  s.ports = ports;
  evaluate(cell, s, 0, cell.nodes.size(), values);
  return values[cell.output];
}

void expect_agreement(const std::string& text, const Point& point) {
  const Expression e = parsed_internal(text);
  for (std::size_t i = 0; i < point.size(); ++i) {
    constexpr float kStep = 1.0f / 64;
    Point above = point, below = point;
    above[i].second += kStep;
    below[i].second -= kStep;
    const float want = (value_at(e, above) - value_at(e, below)) / (2 * kStep);
    const auto d = derivative(e, point[i].first);
    ASSERT_TRUE(d) << text;
    EXPECT_NEAR(value_at(*d, point), want, 2e-3 * (1 + std::fabs(want)))
        << text << " by " << point[i].first << ": " << print(*d);
  }
}

// Away from kinks and steps.
const Point kPoints[] = {{{"x", 0.7f}, {"y", 1.3f}, {"z", 2.1f}},
                         {{"x", 1.9f}, {"y", 0.6f}, {"z", -0.4f}},
                         {{"x", 2.5f}, {"y", 2.25f}, {"z", 0.3f}}};

TEST(Derivatives, OfEveryOperationAgreeWithDifferences) {
  const std::set<Op> of_conditions = {Op::Real, Op::And, Op::Or, Op::Not, Op::Select};
  std::size_t rows = 0;
#define OP(name, type, arity, text, scalar, emit, derivative)                        \
  if (!of_conditions.contains(Op::name)) {                                           \
    ++rows;                                                                          \
    const std::string real = Type::type == Type::Bool ? "(" text ") ? 3 : 5" : text; \
    for (const Point& point : kPoints) expect_agreement(real, point);                \
  }
#include "equations/ops.def"
  EXPECT_GE(rows, 20u);
  for (const Point& point : kPoints) {
    expect_agreement("x > 1 ? y * z : x * y", point);
    expect_agreement("(x > 1 and not y > z) * x", point);
  }
}

TEST(Derivatives, OfExpressionsAgreeWithDifferencesInAllArguments) {
  for (const char* text :
       {"x * y + z", "x * (1 - exp(-y / (z + 3)))", "sigmoid(x * y - z)", "clamp(x, 1, 2) * z + y",
        "tanh(x * z) / (1 + y * y)", "sqrt(x * x + y * y)", "log(1 + x * y) - pow(x, z)",
        "abs(z - x) * max(y, z)", "fma(x, y, z * x) / x", "x > y ? pow(x, 3) : exp(z) * y"})
    for (const Point& point : kPoints) expect_agreement(text, point);
}

TEST(Derivatives, AreWrittenWithoutWhatIsSuperfluous) {
  const auto text = [](std::string_view e, std::string_view by) {
    return print(*derivative(parsed_internal(e), by));
  };
  EXPECT_EQ(text("beta * mem + input - fired * threshold", "mem"), "beta");
  EXPECT_EQ(text("beta * mem + input - fired * threshold", "input"), "1");
  EXPECT_EQ(text("beta * mem + input - fired * threshold", "fired"), "-threshold");
  EXPECT_EQ(text("beta * (fired ? 0 : mem) + input", "mem"), "beta * (fired ? 0 : 1)");
  EXPECT_EQ(text("exp(-dt / tau)", "dt"), "exp(-dt / tau) * (-1 / tau)");
  EXPECT_EQ(text("mem > threshold", "mem"), "0");
  EXPECT_EQ(text("floor(x) + normal(0)", "x"), "0");
  EXPECT_EQ(text("y", "x"), "0");
}

TEST(Derivatives, BeyondTheLimitOfTermsThereAreNone) {
  std::string text = "x";
  for (int i = 0; i < 60; ++i) text = "(" + text + " * x + 1)";
  Expression e = parsed_internal(text.substr(0, kLineLimit));
  for (int i = 0; i < 5 && derivative(e, "x"); ++i) {
    const Expression product = parsed_internal("a * a");
    const Expression::Replacement twice[] = {{"a", &e}};
    e = product.with(twice);
  }
  EXPECT_FALSE(derivative(e, "x"));
}

}  // namespace
}  // namespace spikeloom
