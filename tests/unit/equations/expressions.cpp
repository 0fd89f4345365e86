// Text and expressions: what is read, and that what is printed is read as the same expression.
#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "equations/parse.h"

namespace spikeloom {
namespace {

Expression parsed(std::string_view text) {
  TextProblem problem;
  const auto e = parse_expression(text, {}, problem);
  EXPECT_TRUE(e) << text << ": " << problem.what;
  return e ? *e : name_expression("broken");
}

TEST(Expressions, ArePrintedWithTheFewestParentheses) {
  const std::pair<const char*, const char*> cases[] = {
      {"((a))+(b*c)", "a + b * c"},
      {"(a+b)*c", "(a + b) * c"},
      {"a-(b-c)", "a - (b - c)"},
      {"(a-b)-c", "a - b - c"},
      {"a/(b*c)", "a / (b * c)"},
      {"(a/b)*c", "a / b * c"},
      {"-(a*b)", "-(a * b)"},
      {"(-a)*b", "-a * b"},
      {"- -a", "--a"},
      {"-(-a)", "--a"},
      {"a - -b", "a - -b"},
      {"a*-b", "a * -b"},
      {"not(a>b)", "not a > b"},
      {"not (a>b and c>d)", "not (a > b and c > d)"},
      {"(a>b or c>d) and e>f", "(a > b or c > d) and e > f"},
      {"a>b or (c>d and e>f)", "a > b or c > d and e > f"},
      {"a>b or (c>d or e>f)", "a > b or (c > d or e > f)"},
      {"a>b?c:(d>e?f:g)", "a > b ? c : d > e ? f : g"},
      {"a>b?(c>d?e:f):g", "a > b ? c > d ? e : f : g"},
      {"(a>b?c>d:e>f)?1:2", "(a > b ? c > d : e > f) ? 1 : 2"},
      {"(a>b?c:d)+1", "(a > b ? c : d) + 1"},
      {"(a>b)>c", "(a > b) > c"},
      {"max((a),(b+c))", "max(a, b + c)"},
      {"\ta +\tb ", "a + b"},
      {"exp(-dt/tau)", "exp(-dt / tau)"},
      {"uniform( 3 )*normal(0)", "uniform(3) * normal(0)"},
  };
  for (const auto& [text, printed] : cases) EXPECT_EQ(print(parsed(text)), printed) << text;
}

TEST(Expressions, DerivedFunctionsAreExpanded) {
  EXPECT_EQ(print(parsed("clamp(x, 0, 1)")), "min(max(x, 0), 1)");
  EXPECT_EQ(print(parsed("sigmoid(x)")), "1 / (1 + exp(-x))");
}

TEST(Expressions, LiteralsFoldInTheOrderWritten) {
  EXPECT_EQ(print(parsed("-1")), "-1");
  EXPECT_EQ(print(parsed("-0")), "-0");
  EXPECT_EQ(print(parsed("2 * 3 + x")), "6 + x");
  EXPECT_EQ(print(parsed("x + 2 * 3")), "x + 6");
  EXPECT_EQ(print(parsed("x + 1 + 2")), "x + 1 + 2");
  EXPECT_EQ(print(parsed("sqrt(4) * x")), "2 * x");
  // 0.1 and 0.2 are float32 before they meet.
  EXPECT_EQ(parsed("0.1 + 0.2").root().value, 0.1f + 0.2f);
}

TEST(Expressions, NumbersAreTheNearestDoubleRoundedOnce) {
  const std::pair<const char*, float> cases[] = {
      {"1", 1},
      {"1.", 1},
      {".5", 0.5f},
      {"1e3", 1000},
      {"1E+3", 1000},
      {"25e-2", 0.25f},
      {"0.1", 0.1f},
      {"1e-45", 1e-45f},
      {"3.4028235e38", 3.4028235e38f},
      {"0", 0},
      {"0e99", 0},
      // Above half-way between two floats by less than a double can tell: the double is the tie, which goes
      // to even.
      {"1.00000005960464477539062500000001", 1},
  };
  for (const auto& [text, value] : cases) EXPECT_EQ(parsed(text).root().value, value) << text;
}

TEST(Expressions, LinesEndInAComment) {
  TextProblem problem;
  const auto line = parse_line("  mem=a+b# why", {}, problem);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->name, "mem");
  EXPECT_EQ(line->column, 3);
  EXPECT_EQ(print(line->value), "a + b");
}

/// A random expression as the parser would leave it: literals folded.
class Random {
 public:
  explicit Random(std::uint64_t seed) : bits_(seed) {}

  Expression expression() {
    Expression e;
    real(e, 6);
    return e.part(static_cast<TermId>(e.terms.size() - 1));
  }

 private:
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(bits_() % n); }

  TermId append(Expression& e, Term term) {
    e.terms.push_back(std::move(term));
    return static_cast<TermId>(e.terms.size() - 1);
  }

  float number() {
    if (below(2)) return static_cast<float>(below(20)) / 4;
    for (;;) {
      const auto value = std::bit_cast<float>(static_cast<std::uint32_t>(bits_()));
      if (std::isfinite(value)) return value;
    }
  }

  TermId leaf(Expression& e) {
    Term term;
    switch (below(6)) {
      case 0:
        term.op = Op::Uniform;
        term.index = below(4);
        break;
      case 1:
        term.op = Op::Normal;
        term.index = below(4);
        break;
      case 2:
        term.value = number();
        break;
      default:
        term.name = std::string(1, static_cast<char>('a' + below(6)));
    }
    return append(e, term);
  }

  TermId real(Expression& e, int depth) {
    static constexpr Op kReal[] = {Op::Neg, Op::Add,  Op::Sub, Op::Mul, Op::Div,  Op::Min, Op::Max,
                                   Op::Abs, Op::Sqrt, Op::Exp, Op::Log, Op::Tanh, Op::Pow, Op::Floor};
    if (depth == 0 || below(5) == 0) return leaf(e);
    if (below(6) == 0) {
      const TermId condition = truth(e, depth - 1), yes = real(e, depth - 1);
      return append_operation(e, Op::Select, {condition, yes, real(e, depth - 1)}, 0);
    }
    return operation(e, kReal[below(std::size(kReal))], depth);
  }

  TermId truth(Expression& e, int depth) {
    static constexpr Op kCompare[] = {Op::Lt, Op::Le, Op::Gt, Op::Ge, Op::Eq, Op::Ne};
    if (depth == 0) {
      const TermId x = leaf(e);
      return append_operation(e, Op::Ne, {x, leaf(e), kNoNode}, 0);
    }
    switch (below(5)) {
      case 0:
        return append_operation(e, Op::Not, {truth(e, depth - 1), kNoNode, kNoNode}, 0);
      case 1:
      case 2: {
        const Op op = below(2) ? Op::And : Op::Or;
        const TermId x = truth(e, depth - 1);
        return append_operation(e, op, {x, truth(e, depth - 1), kNoNode}, 0);
      }
      default:
        return operation(e, kCompare[below(std::size(kCompare))], depth);
    }
  }

  TermId operation(Expression& e, Op op, int depth) {
    std::array<TermId, 3> arg{kNoNode, kNoNode, kNoNode};
    const auto literal = [&](TermId id) { return e.terms[id].name.empty() && e.terms[id].op == Op::Literal; };
    bool literals = true;
    for (int k = 0; k < arity(op); ++k) {
      arg[k] = real(e, depth - 1);
      literals = literals && literal(arg[k]);
    }
    // Division by a literal 0 and literal operands without a finite result are errors to the parser.
    const bool refused = (op == Op::Div && literal(arg[1]) && e.terms[arg[1]].value == 0);
    const TermId id = append_operation(e, op, arg, 0);
    const bool folded = e.terms[id].op == Op::Literal;
    if (refused || (literals && !folded && result_type(op) == Type::Real)) return leaf(e);
    return id;
  }

  std::mt19937_64 bits_;
};

TEST(Expressions, WhatIsPrintedIsReadAsTheSame) {
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    const Expression e = Random(seed).expression();
    const std::string text = print(e);
    if (text.size() > kLineLimit) continue;
    TextProblem problem;
    const auto back = parse_expression(text, {}, problem);
    ASSERT_TRUE(back) << "seed " << seed << ": " << text << ": " << problem.what;
    ASSERT_TRUE(same(*back, e)) << "seed " << seed << ": " << text << " is read as " << print(*back);
  }
}

TEST(Expressions, AnyBytesAreReadOrRefused) {
  // Words of the language in random order, with some bytes that are none.
  static constexpr const char* kWords[] = {
      "a",       "exp",   "(",    ")",  "+",  "-",       "*",   "/",   "?",  ":", ",",
      "not",     "and",   "or",   "<",  "==", "1",       "0",   "1e9", ".5", "#", "=",
      "uniform", "clamp", "\xff", "\n", "!",  "sigmoid", "pow", " ",   "e"};
  std::mt19937_64 bits(11);
  std::size_t read = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text;
    for (std::uint64_t n = bits() % 24; n > 0; --n) text += kWords[bits() % std::size(kWords)];
    TextProblem problem;
    const auto e = parse_expression(text, {}, problem);
    if (e)
      ++read;
    else
      EXPECT_FALSE(problem.what.empty()) << text;
    EXPECT_LE(problem.column, static_cast<int>(text.size()) + 1) << text;
  }
  EXPECT_GT(read, 100u);
}

}  // namespace
}  // namespace spikeloom
