// Expressions as written: names are not resolved, types not known. Comes from the parser; goes to the
// printer, the checker and the lowering.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "equations/expr.h"

namespace spikeloom {

using TermId = std::uint32_t;

/// One node of an expression: a name, a literal, a random number, or an operation on terms before it.
struct Term {
  std::string name;         // not empty: a name, and `op` means nothing
  Op op = Op::Literal;      // Literal, Uniform, Normal, Winner, Quantize, or a row of ops.def
  float value = 0;          // Literal
  std::uint32_t index = 0;  // Uniform, Normal: the stream; Quantize: the table
  std::array<TermId, 3> arg{kNoNode, kNoNode, kNoNode};
  int column = 0;  // 1-based, where its name or operator stands; not part of its meaning

  int arity() const { return name.empty() ? spikeloom::arity(op) : 0; }
};

/// Terms, operands first; the last one is the whole.
struct Expression {
  std::vector<Term> terms;

  const Term& root() const { return terms.back(); }
  /// The expression that ends at `id`, as one of its own.
  Expression part(TermId id) const;
  /// With every occurrence of the names replaced.
  struct Replacement {
    std::string_view name;
    const Expression* by;
  };
  Expression with(std::span<const Replacement> replacements) const;
  bool uses(std::string_view name) const;
};

/// Equal in form and bits; columns do not count.
bool same(const Expression& a, const Expression& b);

Expression name_expression(std::string name);

/// How an operation is written, read off the `printed` column of ops.def.
struct Notation {
  Op op;
  std::string_view printed;  // "x + y", "min(x, y)", "-x"
  std::string_view symbol;   // "+", "min", "-": the function's or operator's word
  bool function = false;
  int arity = 0;
  int level = 0;  // binding strength of an operator (see Level)
};

/// The levels of the grammar, weakest first; each operator's operands stand at its own level or above.
enum Level : int {
  kEither = 0,  // ? :
  kOr,
  kAnd,
  kNot,
  kComparison,
  kSum,
  kProduct,
  kSign,
  kAtom
};

const Notation& notation(Op op);
/// Null if there is none. Functions of the language; with `internal` also fma, winner and quantize.
const Notation* find_function(std::string_view word, bool internal);
const Notation* find_operator(std::string_view symbol, int arity);
std::vector<std::string> function_names();

/// The shortest digits that read back as the same float32.
std::string print_number(float value);
std::string print(const Expression& e);

}  // namespace spikeloom
