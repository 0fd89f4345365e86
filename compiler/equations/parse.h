// Text -> Expression. Derived functions are expanded and literals folded here, so nothing behind knows of
// them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "equations/syntax.h"

namespace spikeloom {

struct TextProblem {
  int column = 0;  // 1-based, in the text
  std::string what, hint;
};

inline constexpr std::size_t kLineLimit = 1000;   // characters
inline constexpr std::size_t kNestingLimit = 64;  // parentheses, -, not, ?: and choices
inline constexpr std::size_t kTermLimit = 10000;  // of a whole model, after expansion

struct ParsedLine {
  std::string name;
  int column = 1;  // of the name
  Expression value;
};

struct ParseOptions {
  std::size_t nesting = 0;  // choices around the text
  bool internal = false;    // winner, quantize and fma, for lines of our own
};

/// "name = expression  # comment". Nothing after a problem.
std::optional<ParsedLine> parse_line(std::string_view text, const ParseOptions& options,
                                     TextProblem& problem);
std::optional<Expression> parse_expression(std::string_view text, const ParseOptions& options,
                                           TextProblem& problem);

/// Appends an operation; one of literals alone that has a finite number as value becomes that literal.
TermId append_operation(Expression& e, Op op, std::array<TermId, 3> arg, int column);

}  // namespace spikeloom
