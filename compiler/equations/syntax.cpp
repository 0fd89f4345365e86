#include "equations/syntax.h"

#include <bit>

#include "support/check.h"

namespace spikeloom {
namespace {

int level_of(std::string_view symbol, int arity) {
  if (symbol == "?") return kEither;
  if (symbol == "or") return kOr;
  if (symbol == "and") return kAnd;
  if (symbol == "not") return kNot;
  if (symbol == "+" || (symbol == "-" && arity == 2)) return kSum;
  if (symbol == "*" || symbol == "/") return kProduct;
  if (symbol == "-") return kSign;
  return kComparison;
}

/// "x + y" -> "+", "min(x, y)" -> "min", "not x" -> "not".
Notation read_notation(Op op, std::string_view printed, int arity) {
  Notation n{op, printed, {}, false, arity, kAtom};
  if (const auto open = printed.find('('); open != std::string_view::npos) {
    n.symbol = printed.substr(0, open);
    n.function = true;
    return n;
  }
  if (arity == 1) {
    const auto end = printed.find_first_of(" x");
    n.symbol = printed.substr(0, end);
  } else {
    n.symbol = printed.substr(2, printed.find(' ', 2) - 2);
  }
  if (!n.symbol.empty()) n.level = level_of(n.symbol, arity);
  return n;
}

std::span<const Notation> notations() {
  static const std::vector<Notation> all = {
      read_notation(Op::Winner, "winner(x)", 1),
      read_notation(Op::Quantize, "quantize(x)", 1),
#define OP(name, type, arity, text, scalar, emit, derivative) read_notation(Op::name, text, arity),
#include "equations/ops.def"
  };
  return all;
}

bool is_internal(Op op) {
  return op == Op::Winner || op == Op::Quantize || op == Op::Fma;
}

}  // namespace

const Notation& notation(Op op) {
  for (const Notation& n : notations())
    if (n.op == op) return n;
  internal_error("equations", std::string("no notation for ") + name_of(op), __FILE__, __LINE__);
}

const Notation* find_function(std::string_view word, bool internal) {
  for (const Notation& n : notations())
    if (n.function && n.symbol == word && (internal || !is_internal(n.op))) return &n;
  return nullptr;
}

const Notation* find_operator(std::string_view symbol, int arity) {
  for (const Notation& n : notations())
    if (!n.function && n.symbol == symbol && n.arity == arity) return &n;
  return nullptr;
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (const Notation& n : notations())
    if (n.function && !is_internal(n.op)) names.emplace_back(n.symbol);
  names.insert(names.end(), {"clamp", "sigmoid", "uniform", "normal"});
  return names;
}

Expression Expression::part(TermId id) const {
  std::vector<bool> wanted(id + 1);
  wanted[id] = true;
  for (TermId i = id + 1; i-- > 0;)
    if (wanted[i])
      for (int k = 0; k < terms[i].arity(); ++k) wanted[terms[i].arg[k]] = true;
  Expression out;
  std::vector<TermId> moved(id + 1, kNoNode);
  for (TermId i = 0; i <= id; ++i) {
    if (!wanted[i]) continue;
    Term term = terms[i];
    for (int k = 0; k < term.arity(); ++k) term.arg[k] = moved[term.arg[k]];
    moved[i] = static_cast<TermId>(out.terms.size());
    out.terms.push_back(std::move(term));
  }
  return out;
}

Expression Expression::with(std::span<const Replacement> replacements) const {
  Expression out;
  std::vector<TermId> moved(terms.size());
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const Replacement* found = nullptr;
    for (const Replacement& r : replacements)
      if (!terms[i].name.empty() && terms[i].name == r.name) found = &r;
    const auto base = static_cast<TermId>(out.terms.size());
    if (found) {
      for (Term term : found->by->terms) {
        for (int k = 0; k < term.arity(); ++k) term.arg[k] += base;
        out.terms.push_back(std::move(term));
      }
    } else {
      Term term = terms[i];
      for (int k = 0; k < term.arity(); ++k) term.arg[k] = moved[term.arg[k]];
      out.terms.push_back(std::move(term));
    }
    moved[i] = static_cast<TermId>(out.terms.size() - 1);
  }
  return out;
}

bool Expression::uses(std::string_view name) const {
  for (const Term& term : terms)
    if (!term.name.empty() && term.name == name) return true;
  return false;
}

bool same(const Expression& a, const Expression& b) {
  // Trees are compared from the root: the order of the terms beside it is not part of the meaning.
  std::vector<std::pair<TermId, TermId>> open = {
      {static_cast<TermId>(a.terms.size() - 1), static_cast<TermId>(b.terms.size() - 1)}};
  while (!open.empty()) {
    const auto [i, j] = open.back();
    open.pop_back();
    const Term &x = a.terms[i], &y = b.terms[j];
    if (x.name != y.name) return false;
    if (!x.name.empty()) continue;
    if (x.op != y.op || x.index != y.index) return false;
    if (std::bit_cast<std::uint32_t>(x.value) != std::bit_cast<std::uint32_t>(y.value)) return false;
    for (int k = 0; k < x.arity(); ++k) open.emplace_back(x.arg[k], y.arg[k]);
  }
  return true;
}

Expression name_expression(std::string name) {
  Term term;
  term.name = std::move(name);
  return {{std::move(term)}};
}

}  // namespace spikeloom
