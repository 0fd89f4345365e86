#include "equations/derivative.h"

#include <map>

#include "equations/parse.h"
#include "support/check.h"

namespace spikeloom {
namespace {

/// The column of ops.def, read once.
const Expression& rule_of(Op op) {
  static const std::map<Op, Expression> rules = [] {
    std::map<Op, Expression> read;
    const auto add = [&](Op row, std::string_view text) {
      TextProblem problem;
      auto rule = parse_expression(text, {.internal = true}, problem);
      SPIKELOOM_CHECK(rule, "equations", std::string("a rule of derivatives: ") + problem.what);
      read.emplace(row, *std::move(rule));
    };
#define OP(name, type, arity, text, scalar, emit, derivative) add(Op::name, derivative);
#include "equations/ops.def"
    return read;
  }();
  return rules.at(op);
}

Expression literal(float value) {
  Term term;
  term.value = value;
  return {{term}};
}

bool is_literal(const Term& term, float value) {
  return term.name.empty() && term.op == Op::Literal && term.value == value;
}

/// Without the terms that a factor of 0 or 1 makes superfluous.
class Simplifier {
 public:
  explicit Simplifier(const Expression& e) : e_(e) {}

  Expression run() {
    std::vector<TermId> moved(e_.terms.size());
    for (std::size_t i = 0; i < e_.terms.size(); ++i) {
      Term term = e_.terms[i];
      if (term.arity() == 0) {
        moved[i] = append(std::move(term));
        continue;
      }
      std::array<TermId, 3> arg{kNoNode, kNoNode, kNoNode};
      for (int k = 0; k < term.arity(); ++k) arg[k] = moved[term.arg[k]];
      moved[i] = operation(term, arg);
    }
    return out_.part(moved.back());
  }

 private:
  TermId append(Term term) {
    out_.terms.push_back(std::move(term));
    return static_cast<TermId>(out_.terms.size() - 1);
  }
  TermId number(float value) { return append(literal(value).terms[0]); }
  bool is(TermId term, float value) const { return is_literal(out_.terms[term], value); }

  TermId operation(const Term& term, const std::array<TermId, 3>& arg) {
    const auto [x, y, z] = arg;
    switch (term.op) {
      case Op::Neg:
        if (is(x, 0)) return number(0);
        break;
      case Op::Add:
        if (is(x, 0)) return y;
        if (is(y, 0)) return x;
        break;
      case Op::Sub:
        if (is(y, 0)) return x;
        if (is(x, 0)) return append_operation(out_, Op::Neg, {y, kNoNode, kNoNode}, term.column);
        break;
      case Op::Mul:
        if (is(x, 0) || is(y, 0)) return number(0);
        if (is(x, 1)) return y;
        if (is(y, 1)) return x;
        break;
      case Op::Div:
        if (is(x, 0)) return number(0);
        if (is(y, 1)) return x;
        break;
      case Op::Select:
        if ((is(y, 0) && is(z, 0)) || (is(y, 1) && is(z, 1))) return y;
        break;
      case Op::Quantize:
      case Op::Winner: {
        Term same = term;
        same.arg = arg;
        return append(std::move(same));
      }
      default:
        break;
    }
    return append_operation(out_, term.op, arg, term.column);
  }

  const Expression& e_;
  Expression out_;
};

Expression derivative_of(const Expression& e, TermId id, const std::vector<Expression>& known) {
  const Term& term = e.terms[id];
  std::array<Expression, 3> operand, change;
  std::vector<Expression::Replacement> replacements;
  static constexpr std::string_view kOperands[] = {"x", "y", "z"}, kChanges[] = {"X", "Y", "Z"};
  for (int k = 0; k < term.arity(); ++k) {
    operand[k] = e.part(term.arg[k]);
    change[k] = known[term.arg[k]];
    replacements.push_back({kOperands[k], &operand[k]});
    replacements.push_back({kChanges[k], &change[k]});
  }
  const Expression result = e.part(id);
  replacements.push_back({"r", &result});
  return Simplifier(rule_of(term.op).with(replacements)).run();
}

}  // namespace

std::optional<Expression> derivative(const Expression& e, std::string_view by) {
  std::vector<Expression> known;
  std::size_t terms = 0;
  for (TermId i = 0; i < e.terms.size(); ++i) {
    const Term& term = e.terms[i];
    bool changes = !term.name.empty() && term.name == by;
    for (int k = 0; k < term.arity(); ++k) changes = changes || !is_literal(known[term.arg[k]].root(), 0);
    const bool has_rule = term.arity() > 0 && term.op != Op::Quantize && term.op != Op::Winner;
    known.push_back(!changes   ? literal(0)
                    : has_rule ? derivative_of(e, i, known)
                               : literal(term.name.empty() ? 0.0f : 1.0f));
    if ((terms += known.back().terms.size()) > kTermLimit) return {};
  }
  return std::move(known.back());
}

}  // namespace spikeloom
