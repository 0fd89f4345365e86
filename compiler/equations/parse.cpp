#include "equations/parse.h"

#include <charconv>
#include <cmath>

#include "equations/evaluate.h"
#include "equations/lexer.h"
#include "json/json.h"

namespace spikeloom {
namespace {

/// Recursive descent. At the first problem the text is taken to end, so that every function returns at once.
class Parser {
 public:
  Parser(std::string_view text, bool comments, const ParseOptions& options)
      : lexer_(text, comments), options_(options), depth_(options.nesting) {
    if (text.size() > kLineLimit)
      fail(token_, "this line has " + std::to_string(text.size()) + " characters; the limit is 1000");
    advance();
  }

  const std::optional<TextProblem>& problem() const { return problem_; }

  ParsedLine line() {
    ParsedLine parsed;
    if (token_.kind != Token::Kind::name)
      fail(token_, "expected a name, found " + found(), "a line is name = expression");
    parsed.name = token_.text;
    parsed.column = token_.column;
    advance();
    if (!is("=")) fail(token_, "expected '=', found " + found(), "a line is name = expression");
    advance();
    parsed.value = whole();
    return parsed;
  }

  Expression whole() {
    either();
    if (token_.kind != Token::Kind::end) {
      if (is("=")) fail(token_, "expected an operator, found '='", "write == to compare");
      fail(token_, "expected an operator or the end, found " + found());
    }
    return std::move(out_);
  }

 private:
  /// Returns a term that may stand in for the one that could not be read.
  TermId fail(const Token& at, std::string what, std::string hint = {}) {
    if (!problem_) problem_ = TextProblem{at.column, std::move(what), std::move(hint)};
    token_ = {};
    return append({});
  }

  void advance() {
    if (problem_) return;
    token_ = lexer_.next();
    if (token_.kind == Token::Kind::error) fail(Token(token_), token_.what, token_.hint);
  }

  bool is(std::string_view text) const {
    return (token_.kind == Token::Kind::symbol || token_.kind == Token::Kind::name) && token_.text == text;
  }

  std::string found() const {
    return token_.kind == Token::Kind::end ? "the end" : "'" + json::escape(token_.text) + "'";
  }

  struct Deeper {
    explicit Deeper(Parser& p) : parser(p) {
      if (++parser.depth_ > kNestingLimit) parser.fail(parser.token_, "nested deeper than 64");
    }
    ~Deeper() { --parser.depth_; }
    Parser& parser;
  };

  TermId operation(Op op, std::array<TermId, 3> arg, const Token& at) {
    if (op == Op::Div) {
      const Term& divisor = out_.terms[arg[1]];
      if (divisor.name.empty() && divisor.op == Op::Literal && divisor.value == 0)
        return fail(at, "division by zero");
    }
    const TermId id = append_operation(out_, op, arg, at.column);
    const Term& term = out_.terms[id];
    // What folds is replaced by its value; literals that still stand have none.
    if (term.op != Op::Literal && result_type(op) == Type::Real && op != Op::Select && all_literal(term))
      fail(at, "this constant is not finite");
    return id;
  }

  bool all_literal(const Term& term) const {
    for (int k = 0; k < term.arity(); ++k) {
      const Term& operand = out_.terms[term.arg[k]];
      if (!operand.name.empty() || operand.op != Op::Literal) return false;
    }
    return true;
  }

  /// Operators of one level, left-associative.
  template <class Next>
  TermId chain(int level, Next next) {
    TermId left = next();
    while (const Notation* n = binary(level)) {
      const Token at = token_;
      advance();
      left = operation(n->op, {left, next(), kNoNode}, at);
    }
    return left;
  }

  const Notation* binary(int level) const {
    if (token_.kind != Token::Kind::symbol && token_.kind != Token::Kind::name) return nullptr;
    const Notation* n = find_operator(token_.text, 2);
    return n && n->level == level ? n : nullptr;
  }

  TermId either() {
    const TermId condition = chain(kOr, [&] { return chain(kAnd, [&] { return negation(); }); });
    if (!is("?")) return condition;
    const Deeper deeper(*this);
    const Token at = token_;
    advance();
    const TermId yes = either();
    if (!is(":")) fail(token_, "expected ':', found " + found(), "write condition ? value : value");
    advance();
    return operation(Op::Select, {condition, yes, either()}, at);
  }

  TermId negation() {
    if (!is("not")) return comparison();
    const Deeper deeper(*this);
    const Token at = token_;
    advance();
    return operation(Op::Not, {negation(), kNoNode, kNoNode}, at);
  }

  TermId comparison() {
    const TermId left = sum();
    const Notation* n = binary(kComparison);
    if (!n) return left;
    const Token at = token_;
    advance();
    const TermId result = operation(n->op, {left, sum(), kNoNode}, at);
    if (binary(kComparison)) fail(token_, "comparisons do not chain", "write a < b and b < c");
    return result;
  }

  TermId sum() {
    return chain(kSum, [&] { return chain(kProduct, [&] { return sign(); }); });
  }

  TermId sign() {
    if (!is("-")) return atom();
    const Deeper deeper(*this);
    const Token at = token_;
    advance();
    return operation(Op::Neg, {sign(), kNoNode, kNoNode}, at);
  }

  TermId atom() {
    const Token at = token_;
    if (at.kind == Token::Kind::number) {
      advance();
      return number(at);
    }
    if (is("(")) {
      const Deeper deeper(*this);
      advance();
      const TermId inner = either();
      if (!is(")")) fail(token_, "expected ')', found " + found());
      advance();
      return inner;
    }
    if (at.kind != Token::Kind::name || is("and") || is("or") || is("not"))
      return fail(at, "expected a value, found " + found());
    advance();
    if (is("(")) return call(at);
    if (const std::string hint = use_of_function(at.text); !hint.empty())
      return fail(at, "'" + std::string(at.text) + "' is a function", hint);
    Term term;
    term.name = at.text;
    term.column = at.column;
    return append(std::move(term));
  }

  /// A function's name alone is no value: how to write it, or "" for other words.
  std::string use_of_function(std::string_view word) const {
    if (const Notation* n = find_function(word, options_.internal)) return "write " + std::string(n->printed);
    if (word == "clamp") return "write clamp(x, lo, hi)";
    if (word == "sigmoid") return "write sigmoid(x)";
    if (word == "uniform" || word == "normal") return "write " + std::string(word) + "(0)";
    return {};
  }

  TermId append(Term term) {
    out_.terms.push_back(std::move(term));
    return static_cast<TermId>(out_.terms.size() - 1);
  }

  TermId literal(float value, const Token& at) {
    Term term;
    term.value = value;
    term.column = at.column;
    return append(std::move(term));
  }

  /// The nearest double, rounded once to float32.
  TermId number(const Token& at) {
    double value = 0;
    // from_chars takes no leading '.', and leaves `value` alone when it is out of range.
    const std::string text = at.text[0] == '.' ? "0" + std::string(at.text) : std::string(at.text);
    const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto rounded = static_cast<float>(value);
    if (read.ec != std::errc() || std::isinf(rounded) || (rounded == 0 && value != 0))
      return fail(at, std::string(at.text) + " is outside the range of float32");
    return literal(rounded, at);
  }

  TermId call(const Token& at) {
    const std::string word(at.text);
    const Notation* n = find_function(word, options_.internal);
    const bool random = word == "uniform" || word == "normal";
    int wanted = 1;
    if (n)
      wanted = n->arity;
    else if (word == "clamp")
      wanted = 3;
    else if (word != "sigmoid" && !random)
      return unknown_function(at);

    const Deeper deeper(*this);
    advance();
    std::vector<TermId> values;
    const Token first = token_;
    if (!is(")")) {
      values.push_back(either());
      while (is(",")) {
        advance();
        values.push_back(either());
      }
      if (!is(")")) fail(token_, "expected ',' or ')', found " + found());
    }
    advance();
    if (problem_) return append({});
    if (values.size() != static_cast<std::size_t>(wanted))
      return fail(at, word + " takes " + std::to_string(wanted) + (wanted == 1 ? " value" : " values") +
                          ", found " + std::to_string(values.size()));
    if (random) return random_number(at, first, values[0]);
    if (word == "clamp") {
      const TermId low = operation(Op::Max, {values[0], values[1], kNoNode}, at);
      return operation(Op::Min, {low, values[2], kNoNode}, at);
    }
    if (word == "sigmoid") {
      const TermId one = literal(1, at);
      const TermId other = literal(1, at);
      const TermId grown =
          operation(Op::Exp, {operation(Op::Neg, {values[0], kNoNode, kNoNode}, at), kNoNode, kNoNode}, at);
      return operation(Op::Div, {one, operation(Op::Add, {other, grown, kNoNode}, at), kNoNode}, at);
    }
    std::array<TermId, 3> arg{kNoNode, kNoNode, kNoNode};
    std::copy(values.begin(), values.end(), arg.begin());
    return operation(n->op, arg, at);
  }

  TermId random_number(const Token& at, const Token& first, TermId value) {
    const Term& stream = out_.terms[value];
    if (first.kind != Token::Kind::number || first.text.size() != 1 || first.text[0] > '3' ||
        !stream.name.empty() || stream.op != Op::Literal ||
        stream.value != static_cast<float>(first.text[0] - '0'))
      return fail(first, "the stream of " + std::string(at.text) + " is one of 0, 1, 2, 3");
    Term term;
    term.op = at.text == "uniform" ? Op::Uniform : Op::Normal;
    term.index = static_cast<std::uint32_t>(first.text[0] - '0');
    term.column = at.column;
    out_.terms.pop_back();
    return append(std::move(term));
  }

  TermId unknown_function(const Token& at) {
    const std::vector<std::string> names = function_names();
    const std::string near = json::nearest(at.text, names);
    std::string what = "unknown function '" + std::string(at.text) + "'";
    if (at.text == "noise" || at.text == "randn") return fail(at, what, "write normal(0)");
    if (!near.empty()) return fail(at, what + "; did you mean '" + near + "'?");
    std::string all;
    for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
    return fail(at, what, "known are " + all);
  }

  Lexer lexer_;
  ParseOptions options_;
  std::size_t depth_;
  Token token_;
  Expression out_;
  std::optional<TextProblem> problem_;
};

/// Terms that were folded into a literal are left behind by the parser; only what the root reaches stays.
Expression compact(Expression e) {
  return e.part(static_cast<TermId>(e.terms.size() - 1));
}

}  // namespace

TermId append_operation(Expression& e, Op op, std::array<TermId, 3> arg, int column) {
  Term term;
  term.op = op;
  term.arg = arg;
  term.column = column;
  std::array<float, 3> x{};
  bool literal = result_type(op) == Type::Real && op != Op::Select && op != Op::Quantize;
  for (int k = 0; k < term.arity(); ++k) {
    const Term& operand = e.terms[arg[k]];
    literal = literal && operand.name.empty() && operand.op == Op::Literal;
    if (literal) x[k] = operand.value;
  }
  if (literal) {
    const float value = apply_operation(op, x[0], x[1], x[2]);
    if (std::isfinite(value)) {
      term.op = Op::Literal;
      term.value = value;
      term.arg = {kNoNode, kNoNode, kNoNode};
      // The column stays that of the operator: it is where a message about the value points.
    }
  }
  e.terms.push_back(std::move(term));
  return static_cast<TermId>(e.terms.size() - 1);
}

std::optional<ParsedLine> parse_line(std::string_view text, const ParseOptions& options,
                                     TextProblem& problem) {
  Parser parser(text, true, options);
  ParsedLine line = parser.line();
  if (parser.problem()) {
    problem = *parser.problem();
    return std::nullopt;
  }
  line.value = compact(std::move(line.value));
  return line;
}

std::optional<Expression> parse_expression(std::string_view text, const ParseOptions& options,
                                           TextProblem& problem) {
  Parser parser(text, false, options);
  Expression e = parser.whole();
  if (parser.problem()) {
    problem = *parser.problem();
    return std::nullopt;
  }
  return compact(std::move(e));
}

}  // namespace spikeloom
