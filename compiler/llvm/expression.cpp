#include "llvm/expression.h"

#include <algorithm>
#include <bit>
#include <cmath>
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

bool is_positive_zero(const ExprNode& n) {
  return n.op == Op::Literal && n.type == Type::Real && n.value == 0 && !std::signbit(n.value);
}

/// Whether n is condition ? 0 : a value.
bool is_cleared_by(const Cell& cell, NodeId condition, const ExprNode& n) {
  return n.op == Op::Select && n.arg[0] == condition && is_positive_zero(cell.nodes[n.arg[1]]);
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
    for (const auto& [node, opposite] : leaves_.known_opposites) {
      values_[node] = b_.lnot(opposite);
      find_cleared(node, needed);
    }
    for (NodeId i = 0; i < cell_.nodes.size(); ++i)
      if (needed[i]) emit(i);
    return std::move(values_);
  }

 private:
  void emit(NodeId i) {
    if (values_[i]) return;
    values_[i] = counted(i);
    if (values_[i]) return;
    ExprNode n = cell_.nodes[i];
    if (!is_lost_.empty() && is_lost_[i])
      for (NodeId& a : n.arg) {
        if (a == kNoNode || cleared_[a] == kNoNode || cleared_[a] == i) continue;
        a = cleared_[a];
        emit(cell_.nodes[a].arg[1]);  // the zero may stand further down, as the clearing does
        emit(a);
      }
    values_[i] = value_of(n);
  }

  /// What the condition clears, and what is lost where it holds: values that nobody wants but to clear the
  /// result. Those may as well be computed from what is cleared already. Then only the clearing itself uses a
  /// value that is cleared, and is a part of the operation that computes it.
  void find_cleared(NodeId condition, const std::vector<bool>& needed) {
    cleared_.assign(cell_.nodes.size(), kNoNode);
    is_lost_.assign(cell_.nodes.size(), true);
    for (const NodeId n : leaves_.wanted) is_lost_[n] = false;
    for (NodeId i = static_cast<NodeId>(cell_.nodes.size()); i-- > 0;) {
      const ExprNode& n = cell_.nodes[i];
      if (!needed[i]) continue;
      const bool clears = is_cleared_by(cell_, condition, n);
      if (clears) cleared_[n.arg[2]] = i;
      for (int a = 0; a < arity(n.op); ++a)
        if (!is_lost_[i] && !(clears && a == 2)) is_lost_[n.arg[a]] = false;
    }
  }

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
      if (n.op == Op::Gt && values_[n.arg[0]] == state && is_positive_zero(cell_.nodes[n.arg[1]]))
        return b_.CreateIsNotNull(state);
    }
    return nullptr;
  }

  llvm::Value* value_of(const ExprNode& n) {
    switch (n.op) {
      case Op::Literal:
        if (n.type == Type::Bool) return b_.CreateVectorSplat(b_.lanes(), b_.getInt1(n.value != 0));
        return b_.f32(n.value);
      case Op::Fixed:
        // x - (fired ? threshold : 0) then is one masked operation, since x - (+0) is x for every x.
        return leaves_.is_zero[n.index] ? b_.f32(0) : leaves_.fixed[n.index];
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
    if (n.op == Op::Select) return select(n.arg[0], argument(n, 1), argument(n, 2));
    return emit_operation(b_, n.op, argument(n, 0), argument(n, 1), argument(n, 2));
  }

  llvm::Value* select(NodeId condition, llvm::Value* x, llvm::Value* y) {
    for (const auto& [node, opposite] : leaves_.known_opposites)
      if (node == condition) return b_.select(opposite, y, x);
    return b_.select(values_[condition], x, y);
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
  // Of a carried condition whose opposite is known: the node that is this one but 0 where the condition
  // holds, or kNoNode; and whether nobody wants a value where it holds.
  std::vector<NodeId> cleared_;
  std::vector<bool> is_lost_;
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
    case Op::Normal:
      return 100;
    case Op::Quantize:
      return 8 * (1 + std::bit_width(cell.tables[n.index].levels.size()));
    default:
      return 1;
  }
}

/// Whether the condition does nothing but choose, and sets two values or more to 0.
bool clears_several(const Cell& cell, const std::vector<bool>& needed, NodeId condition) {
  std::size_t cleared = 0;
  for (NodeId i = 0; i < cell.nodes.size(); ++i) {
    const ExprNode& n = cell.nodes[i];
    if (!needed[i]) continue;
    const bool chooses = n.op == Op::Select && n.arg[0] == condition;
    for (int a = chooses ? 1 : 0; a < arity(n.op); ++a)
      if (n.arg[a] == condition) return false;
    if (is_cleared_by(cell, condition, n)) ++cleared;
  }
  return cleared > 1;
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
      carried.push_back({i, later[i], clears_several(cell, needed, i)});
  }
  return carried;
}

std::vector<llvm::Value*> emit_expressions(VectorBuilder& b, const Cell& cell,
                                           const std::vector<bool>& needed, const Leaves& leaves) {
  return Emitter(b, cell, leaves).run(needed);
}

std::size_t instruction_estimate(const Cell& cell, bool has_fma) {
  // Philox makes the random words of a step at once.
  std::size_t sum = uses(cell, Op::Uniform) || uses(cell, Op::Normal) ? 170 : 0;
  for (const ExprNode& n : cell.nodes) sum += cost(cell, n, has_fma);
  return sum;
}

bool uses(const Cell& cell, Op op) {
  return std::ranges::any_of(cell.nodes, [op](const ExprNode& n) { return n.op == op; });
}

}  // namespace spikeloom
