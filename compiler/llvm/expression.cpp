#include "llvm/expression.h"

#include <algorithm>
#include <bit>
#include <optional>

#include "equations/countdown.h"
#include "support/check.h"

namespace spikeloom {
namespace {

/// Op by its LLVM column; x, y and z are the names that ops.def uses.
llvm::Value* emit_operation(VectorBuilder& b, Op op, llvm::Value* x, llvm::Value* y, llvm::Value* z) {
  switch (op) {
#define OP(name, type, arity, text, scalar, emit, derivative) \
  case Op::name:                                              \
    return emit;
#include "equations/ops.def"
    default:
      internal_error("llvm", "a leaf is no operation", __FILE__, __LINE__);
  }
}

/// The level of x is the number of midpoints below it. Midpoints ascend and there are 2^bits - 1 of them, so
/// each round of the search halves what is left.
llvm::Value* emit_quantize(VectorBuilder& b, llvm::Value* x, const Leaves::Table& table) {
  const auto look_up = [&b](llvm::Value* row, llvm::Value* index) {
    llvm::Value* addresses = b.CreateGEP(b.getFloatTy(), row, b.zext(index));
    llvm::Value* all = llvm::Constant::getAllOnesValue(b.mask_vector());
    return b.CreateMaskedGather(b.float_vector(), addresses, llvm::Align(4), all);
  };
  llvm::Value* level = b.i32(0);
  for (unsigned bit = table.bits; bit-- > 0;) {
    const std::uint32_t half = 1u << bit;
    llvm::Value* midpoint = look_up(table.midpoints, b.iadd(level, b.i32(half - 1)));
    level = b.iadd(level, b.select(b.flt(midpoint, x), b.i32(half), b.i32(0)));
  }
  return look_up(table.levels, level);
}

class Emitter {
 public:
  Emitter(VectorBuilder& b, const Cell& cell, const Leaves& leaves)
      : b_(b), cell_(cell), leaves_(leaves), values_(cell.nodes.size(), nullptr) {
    for (std::size_t s = 0; s < leaves_.states.size(); ++s) {
      if (!b_.is_bytes(leaves_.states[s])) continue;
      const std::optional<Countdown> counter = countdown(cell_, s);
      SPIKELOOM_CHECK(counter, "llvm", "a state that is held as bytes does not count down");
      counters_.emplace_back(leaves_.states[s], *counter);
    }
  }

  std::vector<llvm::Value*> run(const std::vector<bool>& needed) {
    for (const auto& [node, value] : leaves_.known) values_[node] = value;
    for (NodeId i = 0; i < cell_.nodes.size(); ++i) {
      if (!needed[i] || values_[i]) continue;
      values_[i] = counted(i);
      if (!values_[i]) values_[i] = value_of(cell_.nodes[i]);
    }
    return std::move(values_);
  }

 private:
  llvm::Value* argument(const ExprNode& n, unsigned i) const {
    return n.arg[i] == kNoNode ? nullptr : real_value(n.arg[i]);
  }

  llvm::Value* real_value(NodeId i) const {
    return b_.is_bytes(values_[i]) ? b_.real(values_[i]) : values_[i];
  }

  /// A counter's own operations, on bytes: one less but not below 0, the next value, whether it is above 0.
  llvm::Value* counted(NodeId i) const {
    const ExprNode& n = cell_.nodes[i];
    for (const auto& [state, counter] : counters_) {
      llvm::Type* type = state->getType();
      if (i == counter.left)
        return b_.CreateBinaryIntrinsic(llvm::Intrinsic::usub_sat, state, llvm::ConstantInt::get(type, 1));
      if (i == counter.next)
        return b_.select(values_[n.arg[0]], b_.bytes(real_value(counter.start)), values_[counter.left]);
      if (n.op == Op::Gt && values_[n.arg[0]] == state && is_zero(n.arg[1])) return b_.CreateIsNotNull(state);
    }
    return nullptr;
  }

  bool is_zero(NodeId i) const {
    const ExprNode& n = cell_.nodes[i];
    return n.op == Op::Literal && n.type == Type::Real && n.value == 0;
  }

  llvm::Value* value_of(const ExprNode& n) {
    switch (n.op) {
      case Op::Literal:
        if (n.type == Type::Bool) return b_.CreateVectorSplat(b_.lanes(), b_.getInt1(n.value != 0));
        return b_.f32(n.value);
      case Op::Fixed:
        return leaves_.fixed[n.index];
      case Op::Port:
        return leaves_.ports[n.index];
      case Op::State:
        return leaves_.states[n.index];
      case Op::Step:
        return leaves_.step;
      case Op::Uniform:
        return b_.uniform(random_word(n.index));
      case Op::Normal:
        return b_.normal(random_word(n.index));
      case Op::Winner:
        return leaves_.winner;
      case Op::Quantize:
        return emit_quantize(b_, argument(n, 0), leaves_.tables[n.index]);
      case Op::Parameter:
      case Op::Dt:
        internal_error("llvm", "a parameter was not folded into a fixed value", __FILE__, __LINE__);
      default:
        break;
    }
    if (llvm::Value* selected = subtracted_where(n)) return selected;
    if (llvm::Value* selected = condition_meets_fixed(n)) return selected;
    return emit_operation(b_, n.op, argument(n, 0), argument(n, 1), argument(n, 2));
  }

  bool is_condition(NodeId a) const {
    return cell_.nodes[a].op == Op::Real && cell_.nodes[cell_.nodes[a].arg[0]].type == Type::Bool;
  }

  /// x - b * p is b ? x - p : x for a condition b and a finite p without a sign bit: 1 * p is p, 0 * p is +0,
  /// and x - (+0) is x for every x, -0, infinities and NaN included.
  llvm::Value* subtracted_where(const ExprNode& n) {
    if (n.op != Op::Sub || cell_.nodes[n.arg[1]].op != Op::Mul) return nullptr;
    const auto& factors = cell_.nodes[n.arg[1]].arg;
    for (const unsigned i : {0u, 1u}) {
      const ExprNode& p = cell_.nodes[factors[1 - i]];
      if (!is_condition(factors[i]) || p.op != Op::Fixed || !leaves_.not_negative[p.index]) continue;
      llvm::Value* x = real_value(n.arg[0]);
      return b_.select(values_[cell_.nodes[factors[i]].arg[0]], b_.fsub(x, values_[factors[1 - i]]), x);
    }
    return nullptr;
  }

  /// equations.md, section 4: op(b, p) is b ? op(1, p) : op(0, p) for a condition b and a fixed p. Both sides
  /// are computed once, outside of the step loop; the sign of zero, infinities and NaN come out of the
  /// operation itself.
  llvm::Value* condition_meets_fixed(const ExprNode& n) {
    if (n.op != Op::Mul && n.op != Op::Add && n.op != Op::Sub && n.op != Op::Div) return nullptr;
    const auto is_fixed = [this](NodeId a) {
      return cell_.nodes[a].op == Op::Fixed || cell_.nodes[a].op == Op::Literal;
    };
    const auto both = [&](llvm::Value* condition, auto operation) {
      return b_.select(condition, operation(b_.f32(1)), operation(b_.f32(0)));
    };
    if (is_condition(n.arg[0]) && is_fixed(n.arg[1]))
      return both(values_[cell_.nodes[n.arg[0]].arg[0]],
                  [&](llvm::Value* x) { return emit_operation(b_, n.op, x, argument(n, 1), nullptr); });
    if (is_fixed(n.arg[0]) && is_condition(n.arg[1]))
      return both(values_[cell_.nodes[n.arg[1]].arg[0]],
                  [&](llvm::Value* x) { return emit_operation(b_, n.op, argument(n, 0), x, nullptr); });
    return nullptr;
  }

  llvm::Value* random_word(std::uint32_t stream) {
    if (!words_) words_ = leaves_.random_words();
    return (*words_)[stream];
  }

  VectorBuilder& b_;
  const Cell& cell_;
  const Leaves& leaves_;
  std::vector<llvm::Value*> values_;
  llvm::SmallVector<std::pair<llvm::Value*, Countdown>, 1> counters_;
  std::optional<std::array<llvm::Value*, 4>> words_;
};

std::size_t cost(const Cell& cell, const ExprNode& n, bool has_fma) {
  switch (n.op) {
    case Op::Exp:
      return 40;
    case Op::Log:
      return 50;
    case Op::Tanh:
      return 45;
    case Op::Pow:
      return 140;
    case Op::Fma:
      return has_fma ? 1 : 25;
    case Op::Uniform:
      return 60;
    case Op::Normal:
      return 140;
    case Op::Quantize:
      return 8 * (1 + std::bit_width(cell.tables[n.index].levels.size()));
    default:
      return 1;
  }
}

}  // namespace

std::vector<bool> needed_nodes(const Cell& cell, llvm::ArrayRef<NodeId> wanted,
                               llvm::ArrayRef<NodeId> known) {
  std::vector<bool> needed(cell.nodes.size(), false);
  for (const NodeId n : wanted) needed[n] = true;
  for (std::size_t i = cell.nodes.size(); i-- > 0;) {
    // The winner's operand belongs to an earlier pass.
    if (!needed[i] || cell.nodes[i].op == Op::Winner || llvm::is_contained(known, static_cast<NodeId>(i)))
      continue;
    for (const NodeId a : cell.nodes[i].arg)
      if (a != kNoNode) needed[a] = true;
  }
  return needed;
}

std::vector<CarriedCondition> carried_conditions(const Cell& cell, const std::vector<bool>& needed) {
  // The node that is node i with every state replaced by what it becomes; kNoNode if there is none.
  std::vector<NodeId> later(cell.nodes.size(), kNoNode);
  std::vector<CarriedCondition> carried;
  for (NodeId i = 0; i < cell.nodes.size(); ++i) {
    const ExprNode& n = cell.nodes[i];
    if (n.op == Op::Fixed || n.op == Op::Literal) later[i] = i;
    if (n.op == Op::State && cell.nodes[cell.next_state[n.index]].type == Type::Real)
      later[i] = cell.next_state[n.index];
    if (arity(n.op) == 0 || n.op == Op::Winner) continue;
    ExprNode wanted = n;
    bool is_known = true;
    for (NodeId& a : wanted.arg)
      if (a != kNoNode) {
        a = later[a];
        is_known = is_known && a != kNoNode;
      }
    if (!is_known) continue;
    const auto found = std::ranges::find(cell.nodes, wanted);
    if (found == cell.nodes.end()) continue;
    later[i] = static_cast<NodeId>(found - cell.nodes.begin());
    if (n.type == Type::Bool && later[i] != i && needed[i] && needed[later[i]])
      carried.push_back({i, later[i]});
  }
  return carried;
}

std::vector<llvm::Value*> emit_expressions(VectorBuilder& b, const Cell& cell,
                                           const std::vector<bool>& needed, const Leaves& leaves) {
  return Emitter(b, cell, leaves).run(needed);
}

std::size_t instruction_estimate(const Cell& cell, bool has_fma) {
  std::size_t sum = 0;
  for (const ExprNode& n : cell.nodes) sum += cost(cell, n, has_fma);
  return sum;
}

bool uses(const Cell& cell, Op op) {
  return std::ranges::any_of(cell.nodes, [op](const ExprNode& n) { return n.op == op; });
}

}  // namespace spikeloom
