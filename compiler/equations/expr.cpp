#include "equations/expr.h"

#include "support/check.h"

namespace spikeloom {

int arity(Op op) {
  switch (op) {
    case Op::Literal:
    case Op::Parameter:
    case Op::Dt:
    case Op::Fixed:
    case Op::Port:
    case Op::State:
    case Op::Step:
    case Op::Uniform:
    case Op::Normal:
      return 0;
    case Op::Winner:
    case Op::Quantize:
      return 1;
#define OP(name, type, arity, text, scalar, emit, derivative) \
  case Op::name:                                              \
    return arity;
#include "equations/ops.def"
  }
  internal_error("equations", "an operation outside its table", __FILE__, __LINE__);
}

Type result_type(Op op) {
  switch (op) {
    case Op::Winner:
      return Type::Bool;
#define OP(name, type, arity, text, scalar, emit, derivative) \
  case Op::name:                                              \
    return Type::type;
#include "equations/ops.def"
    default:
      return Type::Real;
  }
}

const char* name_of(Op op) {
  switch (op) {
    case Op::Literal:
      return "Literal";
    case Op::Parameter:
      return "Parameter";
    case Op::Dt:
      return "Dt";
    case Op::Fixed:
      return "Fixed";
    case Op::Port:
      return "Port";
    case Op::State:
      return "State";
    case Op::Step:
      return "Step";
    case Op::Uniform:
      return "Uniform";
    case Op::Normal:
      return "Normal";
    case Op::Winner:
      return "Winner";
    case Op::Quantize:
      return "Quantize";
#define OP(name, type, arity, text, scalar, emit, derivative) \
  case Op::name:                                              \
    return #name;
#include "equations/ops.def"
  }
  internal_error("equations", "an operation outside its table", __FILE__, __LINE__);
}

bool takes_condition(Op op, int k) {
  return op == Op::And || op == Op::Or || op == Op::Not || (op == Op::Select && k == 0);
}

}  // namespace spikeloom
