// Expressions back to text, with the fewest parentheses: the parser reads the same expression again.
#include <charconv>

#include "equations/syntax.h"

namespace spikeloom {
namespace {

struct Printed {
  std::string text;
  int level = kAtom;
};

/// The weakest level that operand `k` of an operation may have without parentheses.
int operand_level(const Notation& n, int k) {
  if (n.function) return kEither;
  switch (n.level) {
    case kEither:
      return k == 0 ? kOr : kEither;  // right-associative
    case kComparison:
      return kSum;  // does not chain
    case kNot:
    case kSign:
      return n.level;
    default:
      return k == 0 ? n.level : n.level + 1;  // left-associative
  }
}

Printed print_operation(const Term& term, const std::vector<Printed>& operands) {
  const Notation& n = notation(term.op);
  if (n.symbol.empty()) return operands[term.arg[0]];  // Real: a condition counts as a number
  std::string text;
  // x, y and z stand alone in the printed form; as letters of a word they are not operands.
  for (std::size_t i = 0; i < n.printed.size(); ++i) {
    const char c = n.printed[i];
    const auto letter = [&](std::size_t at) {
      return at < n.printed.size() && n.printed[at] >= 'a' && n.printed[at] <= 'z';
    };
    if (c < 'x' || c > 'z' || (i > 0 && letter(i - 1)) || letter(i + 1)) {
      text += c;
      continue;
    }
    const int k = c - 'x';
    const Printed& operand = operands[term.arg[k]];
    const bool bare = operand.level >= operand_level(n, k);
    text += bare ? operand.text : "(" + operand.text + ")";
  }
  return {text, n.function ? kAtom : n.level};
}

}  // namespace

std::string print_number(float value) {
  char digits[64];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  // Numbers are read as the nearest double first; where that rounds elsewhere, the double's digits are
  // needed.
  double back = 0;
  std::from_chars(digits, end, back);
  if (static_cast<float>(back) != value)
    end = std::to_chars(digits, digits + sizeof digits, static_cast<double>(value)).ptr;
  return {digits, end};
}

std::string print(const Expression& e) {
  std::vector<Printed> printed(e.terms.size());
  for (std::size_t i = 0; i < e.terms.size(); ++i) {
    const Term& term = e.terms[i];
    if (!term.name.empty()) {
      printed[i].text = term.name;
    } else if (term.op == Op::Literal) {
      printed[i].text = print_number(term.value);
      if (printed[i].text[0] == '-') printed[i].level = kSign;
    } else if (term.op == Op::Uniform || term.op == Op::Normal) {
      printed[i].text = (term.op == Op::Uniform ? "uniform(" : "normal(") + std::to_string(term.index) + ")";
    } else {
      printed[i] = print_operation(term, printed);
      // An operand is used once; its text is not needed again.
      for (int k = 0; k < term.arity(); ++k) printed[term.arg[k]].text.clear();
    }
  }
  return std::move(printed.back().text);
}

}  // namespace spikeloom
