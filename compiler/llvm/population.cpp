#include "llvm/population.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace spikeloom {
namespace {

/// Code of one step of one tile; beyond, fewer vectors are interleaved: two, which hide most of the latency,
/// also in twice as much.
constexpr std::size_t kTileInstructions = 600;
constexpr unsigned kWidestTile = 8;  // vectors
/// Steps of a block from which on it is worth fetching what the tiles behind begin with.
constexpr std::uint64_t kManySteps = 8, kTilesAhead = 2, kLine = 64;

/// Vectors that are interleaved hide the latency of the recurrence; their states, an input and a temporary
/// each must fit into registers, beside the values that all neurons share: two at least, where most of those
/// are read from memory. Of eight lanes, which have half as many registers, inputs may be operands in memory;
/// and four are enough; of very many neurons of one state six. Their bits are whole bytes.
unsigned interleaved_vectors(const CellKernel& kernel, const VectorBuilder& b) {
  const Cell& cell = kernel.cell;
  const unsigned lanes = b.lanes();
  const std::size_t each = instruction_estimate(cell, b.has_fma()) + 1,
                    of_each = cell.states.size() + (lanes == 8 ? 1 : 2);
  const auto shared = static_cast<std::size_t>(std::ranges::count(kernel.fixed_uniform, true));
  const std::size_t left = b.registers() - std::min<std::size_t>(b.registers(), shared);
  const std::size_t in_code =
      std::max(kTileInstructions / each, std::min<std::size_t>(2, 2 * kTileInstructions / each));
  const auto most = static_cast<unsigned>(
      std::min<std::size_t>({kWidestTile, std::max(left, 2 * of_each) / of_each, in_code}));
  if (lanes == 8) return std::clamp(most, 1u, kernel.many && cell.states.size() == 1 ? 6u : 4u);
  if (lanes == 16 || most == 0) return std::max(most, 1u);
  if (lanes == 4) return std::max(std::bit_floor(most), 2u);
  return 4 * each > kTileInstructions ? 1 : kWidestTile;
}

}  // namespace

PopulationCode::PopulationCode(KernelFrame& frame, const CellKernel& kernel)
    : f_(frame), b_(frame.b), k_(kernel), cell_(kernel.cell) {
  wanted_ = cell_.next_state;
  wanted_.push_back(cell_.output);
  wanted_.insert(wanted_.end(), k_.values.begin(), k_.values.end());
  needed_ = needed_nodes(cell_, wanted_);
  // Where a condition is a register of its own kind. Whoever needs the winners of each step carries nothing.
  if (b_.has_mask_registers() && cell_.winner == kNoNode) {
    // There are mask registers for one.
    for (const CarriedCondition& c : carried_conditions(cell_, needed_)) {
      carried_ = {c};
      known_ = {c.at_begin};
      wanted_.push_back(c.at_end);
      break;
    }
    needed_ = needed_nodes(cell_, wanted_, known_);
  } else if (b_.lanes() == 8 && cell_.states.size() == 1 && cell_.winner == kNoNode) {
    carry_choice();
  }
  for (const auto& port : k_.ports)
    for (const CellKernel::Read& read : port) first_fixed_ += operand_count(read);
  first_state_ = first_fixed_ + static_cast<unsigned>(k_.fixed_uniform.size() + 2 * cell_.tables.size());
  output_operand_ = first_state_ + static_cast<unsigned>(k_.states.size());
  first_trace_ = output_operand_ + 1;
  first_value_ = first_trace_ + static_cast<unsigned>(k_.states.size());
  scratch_operand_ = first_value_ + static_cast<unsigned>(k_.values.size());
  load_constants();
}

/// Where masks are vectors like others, as with AVX2, what a condition chooses between fixed values is
/// carried in its place, if that is all it is asked for.
void PopulationCode::carry_choice() {
  const auto is_fixed = [&](NodeId n) {
    return cell_.nodes[n].op == Op::Fixed || cell_.nodes[n].op == Op::Literal;
  };
  for (const CarriedCondition& c : carried_conditions(cell_, needed_))
    for (NodeId n = 0; n < cell_.nodes.size(); ++n) {
      const ExprNode& node = cell_.nodes[n];
      if (!needed_[n] || node.op != Op::Select || node.arg[0] != c.at_begin || node.type != Type::Real ||
          !is_fixed(node.arg[1]) || !is_fixed(node.arg[2]) || needed_nodes(cell_, wanted_, {n})[c.at_begin])
        continue;
      carried_ = {{n, c.at_end, false}};
      known_ = {n};
      wanted_.insert(wanted_.end(), {c.at_end, node.arg[1], node.arg[2]});
      needed_ = needed_nodes(cell_, wanted_, known_);
      return;
    }
}

bool PopulationCode::is_linear_alone() const {
  return k_.ports.size() == 1 && k_.ports[0].size() == 1 && k_.ports[0][0].linear && k_.states.empty() &&
         k_.values.empty() && cell_.nodes[cell_.output].op == Op::Port;
}

// ---- what all samples share, and the rows of one

void PopulationCode::load_constants() {
  unsigned next = first_fixed_;
  for (const bool uniform : k_.fixed_uniform) {
    llvm::Value* base = f_.operand(next++).base;
    fixed_.push_back(uniform ? b_.load_vector(base) : base);
  }
  for (const LevelTable& table : cell_.tables) {
    llvm::Value* midpoints = f_.operand(next++).base;
    tables_.push_back({midpoints, f_.operand(next++).base, table_bits(table)});
  }
  step_number_ = f_.field64(offsetof(spikeloom_call, step));
  if (uses(cell_, Op::Uniform) || uses(cell_, Op::Normal)) {
    llvm::Value* seed = f_.field64(offsetof(spikeloom_call, seed));
    key_ = {b_.splat(b_.CreateTrunc(seed, b_.getInt32Ty())),
            b_.splat(b_.CreateTrunc(b_.CreateLShr(seed, 32), b_.getInt32Ty()))};
    node_key_ = b_.splat(f_.field32(offsetof(spikeloom_call, node_key)));
    sample_base_ = f_.field32(offsetof(spikeloom_call, sample_base));
  }
  const auto may_be_observed = [&](unsigned operand) {
    llvm::Value* seen = b_.CreateIsNotNull(f_.operand(operand).base);
    observed_ = observed_ ? b_.CreateOr(observed_, seen) : seen;
  };
  for (unsigned s = 0; s < k_.states.size(); ++s)
    if (k_.states[s] != CellKernel::State::traced) may_be_observed(first_trace_ + s);
  for (unsigned v = 0; v < k_.values.size(); ++v) may_be_observed(first_value_ + v);
  next = 0;
  for (const auto& port : k_.ports)
    for (const CellKernel::Read& read : port) {
      if (read.emptied) may_be_observed(next + 1);
      if (read.is_one_step && !zeros_) store_zeros();
      next += operand_count(read);
    }
}

void PopulationCode::store_zeros() {
  zeros_ = b_.CreateAlloca(b_.float_vector(), b_.getInt64(kWidestTile));
  for (unsigned v = 0; v < kWidestTile; ++v) b_.store_vector(b_.f32(0), vector_at(zeros_, b_.getInt64(0), v));
}

/// Where no event was added to a row, zeros that are near stand for it: it need not come to the cache.
void PopulationCode::find_sums(SourceRow& source) {
  llvm::Value* events = b_.load_word(source.row.base, b_.round_up(f_.size(0), 16));
  llvm::Value* any = b_.CreateIsNotNull(events);
  source.row.base = b_.CreateSelect(any, source.row.base, zeros_);
  source.all_or_first = b_.CreateSExt(any, b_.getInt64Ty());
}

void PopulationCode::load_rows(llvm::Value* sample, llvm::ArrayRef<SourceRow> computed) {
  unsigned next = 0;
  ports_.clear();
  for (const auto& port : k_.ports) {
    ports_.emplace_back();
    for (const CellKernel::Read& read : port) {
      if (read.linear) {
        ports_.back().push_back(computed.front());
        computed = computed.drop_front();
      } else {
        ports_.back().push_back({f_.operand(next, sample)});
        if (read.emptied) ports_.back().back().observed = f_.operand(next + 1, sample);
        if (read.is_one_step) find_sums(ports_.back().back());
      }
      next += operand_count(read);
    }
  }
  states_.clear();
  traces_.clear();
  values_.clear();
  for (unsigned v = 0; v < k_.values.size(); ++v) values_.push_back(f_.operand(first_value_ + v, sample));
  for (unsigned s = 0; s < k_.states.size(); ++s) {
    states_.push_back(f_.operand(first_state_ + s, sample).base);
    traces_.push_back(f_.operand(first_trace_ + s, sample));
  }
  output_ = output_row(sample);
  if (cell_.winner != kNoNode) excess_ = f_.operand(scratch_operand_, b_.getInt64(0)).base;
  if (sample_base_) sample_ = b_.splat(b_.CreateAdd(sample_base_, b_.CreateTrunc(sample, b_.getInt32Ty())));
}

llvm::Value* PopulationCode::vector_at(llvm::Value* row, llvm::Value* first, unsigned v) {
  return vector_of(b_.at(row, b_.CreateShl(first, 2)), v);
}

llvm::Value* PopulationCode::vector_of(llvm::Value* row, unsigned v) {
  return b_.at(row, std::uint64_t{v} * (b_.lanes() * 4));
}

/// Of vector v, whatever it is held as.
llvm::Value* PopulationCode::state_at(std::size_t state, llvm::Value* first, unsigned v) {
  if (!is_counter(state)) return vector_at(states_[state], first, v);
  return b_.at(b_.at(states_[state], first), std::uint64_t{v} * b_.lanes());
}

llvm::Align PopulationCode::state_alignment(std::size_t state) const {
  return llvm::Align(is_counter(state) ? b_.lanes() : 4 * b_.lanes());
}

// ---- one step

PopulationCode::Held PopulationCode::hold(const Tile& tile) {
  Held held;
  for (unsigned v = 0; v < tile.vectors; ++v) {
    held.fixed.emplace_back();
    for (std::size_t i = 0; i < fixed_.size(); ++i)
      held.fixed.back().push_back(k_.fixed_uniform[i] ? fixed_[i]
                                                      : b_.load_vector(vector_at(fixed_[i], tile.first, v)));
  }
  llvm::Value* any_step = b_.getInt64(0);
  for (std::size_t p = 0; p < ports_.size(); ++p) {
    held.sources.emplace_back(ports_[p].size());
    for (std::size_t s = 0; s < ports_[p].size(); ++s)
      if (k_.ports[p][s].constant)
        held.sources[p][s] = source_vectors(tile, p, s, source_row(tile, p, s, any_step), any_step);
  }
  if (tile.last && cell_.spikes()) held.existing = existing_neurons(b_, f_.end_neuron, tile);
  return held;
}

void PopulationCode::StepRows::for_each(llvm::function_ref<void(llvm::Value*&)> visit) {
  for (Values& port : sources)
    for (llvm::Value*& row : port)
      if (row) visit(row);
  for (llvm::Value*& row : traces)
    if (row) visit(row);
  visit(output);
}

PopulationCode::StepRows PopulationCode::collect_rows(
    llvm::function_ref<llvm::Value*(std::size_t, std::size_t)> source,
    llvm::function_ref<llvm::Value*(const Row&, bool)> other) {
  StepRows rows;
  for (std::size_t p = 0; p < ports_.size(); ++p) {
    rows.sources.emplace_back();
    for (std::size_t s = 0; s < ports_[p].size(); ++s)
      rows.sources[p].push_back(k_.ports[p][s].constant ? nullptr : source(p, s));
  }
  for (std::size_t s = 0; s < traces_.size(); ++s)
    rows.traces.push_back(k_.states[s] == CellKernel::State::traced ? other(traces_[s], true) : nullptr);
  rows.output = other(output_, !cell_.spikes());
  return rows;
}

PopulationCode::StepRows PopulationCode::rows_at(const Tile& tile, llvm::Value* step) {
  return collect_rows([&](std::size_t p, std::size_t s) { return source_row(tile, p, s, step); },
                      [&](const Row& of, bool has_floats) {
                        llvm::Value* row = f_.row(of, step);
                        return has_floats ? vector_at(row, tile.first, 0) : row;
                      });
}

PopulationCode::StepRows PopulationCode::strides() {
  return collect_rows([&](std::size_t p, std::size_t s) { return ports_[p][s].row.step_stride; },
                      [](const Row& of, bool) { return of.step_stride; });
}

llvm::Value* PopulationCode::source_row(const Tile& tile, std::size_t p, std::size_t s, llvm::Value* step) {
  const SourceRow& source = ports_[p][s];
  const CellKernel::Read& read = k_.ports[p][s];
  llvm::Value* row = f_.row(source.row, source.first_step ? b_.CreateSub(step, source.first_step) : step);
  if (read.element == SPIKELOOM_BITS && !read.linear) return row;
  llvm::Value* first = tile.first;
  if (source.first_neuron) first = b_.CreateSub(first, source.first_neuron);
  if (source.all_or_first) first = b_.CreateAnd(first, source.all_or_first);
  return vector_at(row, first, 0);
}

Values PopulationCode::source_vectors(const Tile& tile, std::size_t p, std::size_t s, llvm::Value* row,
                                      llvm::Value* step) {
  const CellKernel::Read& read = k_.ports[p][s];
  if (read.emptied) return take_sums(tile, ports_[p][s], row, step);
  const bool bits = read.element == SPIKELOOM_BITS && !read.linear;
  Values values;
  for (unsigned v = 0; v < tile.vectors; ++v)
    values.push_back(bits ? b_.real(load_bits(b_, row, tile, v)) : b_.load_vector(vector_of(row, v)));
  return values;
}

Values PopulationCode::take_sums(const Tile& tile, const SourceRow& source, llvm::Value* row,
                                 llvm::Value* step) {
  Values sums;
  for (unsigned v = 0; v < tile.vectors; ++v) sums.push_back(b_.load_vector(vector_of(row, v)));
  for (unsigned v = 0; v < tile.vectors; ++v) {
    b_.store_vector(b_.f32(0), vector_of(row, v));
    if (tile.last) store_if_observed(tile, v, step, source.observed, sums[v]);
  }
  return sums;
}

/// [port][vector]: sources summed from left to right.
std::vector<Values> PopulationCode::port_values(const Tile& tile, llvm::Value* step, const StepRows& rows,
                                                const Held& held) {
  std::vector<Values> ports;
  for (std::size_t p = 0; p < ports_.size(); ++p) {
    Values sum;
    for (std::size_t s = 0; s < ports_[p].size(); ++s) {
      Values values = held.sources[p][s];
      if (values.empty()) values = source_vectors(tile, p, s, rows.sources[p][s], step);
      if (sum.empty()) {
        sum = std::move(values);
      } else {
        for (unsigned v = 0; v < tile.vectors; ++v) sum[v] = b_.fadd(sum[v], values[v]);
      }
    }
    if (sum.empty()) sum.assign(tile.vectors, b_.f32(0));
    ports.push_back(std::move(sum));
  }
  return ports;
}

llvm::Value* PopulationCode::neuron_numbers(const Tile& tile, unsigned v) {
  llvm::Value* first = b_.CreateAdd(tile.first, b_.getInt64(std::uint64_t{v} * b_.lanes()));
  return b_.iadd(b_.splat(b_.CreateTrunc(first, b_.getInt32Ty())), b_.lane_numbers());
}

std::vector<llvm::Value*> PopulationCode::evaluate(const Tile& tile, unsigned v, llvm::Value* step,
                                                   const std::vector<bool>& needed,
                                                   const std::vector<Values>& ports,
                                                   llvm::ArrayRef<llvm::Value*> states, const Held& held,
                                                   llvm::Value* winner, llvm::ArrayRef<llvm::Value*> known) {
  llvm::Value* number = b_.CreateAdd(step_number_, step);
  const auto random = [&] {
    llvm::Value* step_word = b_.splat(b_.CreateTrunc(number, b_.getInt32Ty()));
    return b_.philox({step_word, neuron_numbers(tile, v), sample_, node_key_}, key_);
  };
  Values mine;
  for (const Values& port : ports) mine.push_back(port[v]);
  Leaves leaves;
  leaves.ports = mine;
  leaves.states = states;
  leaves.fixed = held.fixed[v];
  leaves.tables = tables_;
  leaves.random_words = random;
  leaves.winner = winner;
  leaves.is_zero = k_.fixed_zero;
  llvm::SmallVector<std::pair<NodeId, llvm::Value*>, 1> carried, opposites;
  for (std::size_t c = 0; c < known.size(); ++c)
    (carried_[c].as_opposite ? opposites : carried).push_back({known_[c], known[c]});
  leaves.known = carried;
  leaves.known_opposites = opposites;
  leaves.wanted = wanted_;
  if (uses(cell_, Op::Step)) leaves.step = b_.splat(b_.CreateUIToFP(number, b_.getFloatTy()));
  return emit_expressions(b_, cell_, needed, leaves);
}

/// Computes and stores one step; returns the states behind it.
Values PopulationCode::emit_step(const Tile& tile, llvm::Value* step, const StepRows& rows,
                                 llvm::ArrayRef<llvm::Value*> now, const Held& held, llvm::Value* winner) {
  const std::size_t count = k_.states.size(), conditions = known_.size(), all = tile.vectors * count;
  const std::vector<Values> ports = port_values(tile, step, rows, held);
  Values next, spikes, carried;
  for (unsigned v = 0; v < tile.vectors; ++v) {
    llvm::Value* won = nullptr;
    if (winner) won = b_.CreateICmpEQ(neuron_numbers(tile, v), b_.splat(winner));
    const auto values = evaluate(tile, v, step, needed_, ports, now.slice(v * count, count), held, won,
                                 now.slice(all + v * conditions, conditions));
    for (std::size_t s = 0; s < count; ++s) {
      llvm::Value* value = values[cell_.next_state[s]];
      const bool is_condition = cell_.nodes[cell_.next_state[s]].type == Type::Bool;
      if (is_condition || (b_.is_bytes(value) && !is_counter(s))) value = b_.real(value);
      next.push_back(value);
      trace(tile, v, step, s, rows.traces[s], value);
    }
    for (std::size_t i = 0; tile.last && i < values_.size(); ++i)
      store_if_observed(tile, v, step, values_[i], values[k_.values[i]]);
    for (const CarriedCondition& c : carried_) carried.push_back(carried_value(c, values));
    spikes.push_back(values[cell_.output]);
    if (!cell_.spikes()) store_values(v, values[cell_.output], rows.output);
  }
  if (cell_.spikes()) store_bits(b_, spikes, held.existing, rows.output, tile);
  next.append(carried);
  return next;
}

llvm::Value* PopulationCode::carried_value(const CarriedCondition& c, llvm::ArrayRef<llvm::Value*> values) {
  const ExprNode& node = cell_.nodes[c.at_begin];
  if (node.op != Op::Select) return as_carried(c, values[c.at_end]);
  return b_.select(values[c.at_end], values[node.arg[1]], values[node.arg[2]]);
}

llvm::Value* PopulationCode::as_carried(const CarriedCondition& c, llvm::Value* condition) {
  return c.as_opposite ? b_.opposite(condition) : condition;
}

Values PopulationCode::first_conditions(const Tile& tile, llvm::ArrayRef<llvm::Value*> states,
                                        const Held& held) {
  Values conditions;
  if (carried_.empty()) return conditions;
  const std::size_t count = k_.states.size();
  const std::vector<bool> needed = needed_nodes(cell_, known_);
  for (unsigned v = 0; v < tile.vectors; ++v) {
    Leaves leaves;
    leaves.states = states.slice(v * count, count);
    leaves.fixed = held.fixed[v];
    leaves.tables = tables_;
    leaves.is_zero = k_.fixed_zero;
    const auto values = emit_expressions(b_, cell_, needed, leaves);
    for (const CarriedCondition& c : carried_) conditions.push_back(as_carried(c, values[c.at_begin]));
  }
  return conditions;
}

/// A state that is observed sends its neurons through the narrow tiles: the others need not ask.
void PopulationCode::trace(const Tile& tile, unsigned v, llvm::Value* step, std::size_t s, llvm::Value* row,
                           llvm::Value* value) {
  if (row)
    store_values(v, value, row);
  else if (tile.last)
    store_if_observed(tile, v, step, traces_[s], value);
}

void PopulationCode::store_values(unsigned v, llvm::Value* value, llvm::Value* row) {
  b_.store_vector(b_.is_bytes(value) ? b_.real(value) : value, vector_of(row, v));
}

void PopulationCode::store_if_observed(const Tile& tile, unsigned v, llvm::Value* step, const Row& to,
                                       llvm::Value* value) {
  b_.if_then(b_.CreateIsNotNull(to.base),
             [&] { store_values(v, value, vector_at(f_.row(to, step), tile.first, 0)); });
}

Values PopulationCode::load_states(const Tile& tile) {
  Values states;
  for (unsigned v = 0; v < tile.vectors; ++v)
    for (std::size_t s = 0; s < states_.size(); ++s)
      states.push_back(b_.CreateAlignedLoad(is_counter(s) ? b_.vector(b_.getInt8Ty()) : b_.float_vector(),
                                            state_at(s, tile.first, v), state_alignment(s)));
  return states;
}

void PopulationCode::store_states(const Tile& tile, llvm::ArrayRef<llvm::Value*> states) {
  for (unsigned v = 0; v < tile.vectors; ++v)
    for (std::size_t s = 0; s < states_.size(); ++s)
      b_.CreateAlignedStore(states[v * states_.size() + s], state_at(s, tile.first, v), state_alignment(s));
}

// ---- tiles of neurons

/// While a tile runs many steps, what the next ones begin with is fetched, and the lines that their bits go
/// to: stores wait for these one after the other, and each step has its own.
void PopulationCode::fetch_ahead(const Tile& tile, llvm::Value* begin_step, llvm::Value* end_step) {
  if (tile.last || k_.has_linear()) return;
  std::vector<std::pair<llvm::Value*, std::uint64_t>> rows;  // and bytes of a neuron
  for (std::size_t s = 0; s < states_.size(); ++s) rows.emplace_back(states_[s], is_counter(s) ? 1 : 4);
  for (std::size_t p = 0; p < ports_.size(); ++p)
    for (std::size_t s = 0; s < ports_[p].size(); ++s)
      if (k_.ports[p][s].constant && k_.ports[p][s].element == SPIKELOOM_FLOAT)
        rows.emplace_back(ports_[p][s].row.base, 4);
  const std::uint64_t neurons = std::uint64_t{tile.vectors} * b_.lanes();
  const auto prefetch = [&](llvm::Value* from, std::uint64_t bytes, bool to_write) {
    b_.CreateIntrinsic(llvm::Intrinsic::prefetch, {b_.getPtrTy()},
                       {b_.CreateGEP(b_.getInt8Ty(), from, b_.getInt64(bytes)), b_.getInt32(to_write ? 1 : 0),
                        b_.getInt32(3), b_.getInt32(1)});
  };
  llvm::Value* steps = b_.CreateSub(end_step, begin_step);
  b_.if_then(b_.CreateICmpUGE(steps, b_.getInt64(kManySteps)), [&] {
    for (const auto& [row, bytes] : rows) {
      llvm::Value* mine = b_.at(row, b_.CreateMul(tile.first, b_.getInt64(bytes)));
      for (std::uint64_t line = 0; line < neurons * bytes; line += kLine)
        prefetch(mine, kTilesAhead * neurons * bytes + line, false);
    }
    if (!k_.many || !cell_.spikes()) return;
    llvm::Value* byte = b_.CreateUDiv(tile.first, b_.getInt64(8));
    llvm::Value* in_line = b_.CreateURem(byte, b_.getInt64(kLine));
    b_.if_then(b_.CreateICmpULT(in_line, b_.getInt64(std::max<std::uint64_t>(neurons / 8, 1))), [&] {
      f_.for_each(begin_step, end_step,
                  [&](llvm::Value* step) { prefetch(b_.at(f_.row(output_, step), byte), kLine, true); });
    });
  });
}

void PopulationCode::emit_tile(const Tile& tile, llvm::Value* begin_step, llvm::Value* end_step) {
  fetch_ahead(tile, begin_step, end_step);
  const Held held = hold(tile);
  Values start = load_states(tile);
  start.append(first_conditions(tile, start, held));
  const std::size_t values = start.size();
  rows_at(tile, begin_step).for_each([&](llvm::Value* row) { start.push_back(row); });
  const StepRows far = strides();
  const Values end = b_.loop(
      begin_step, end_step, b_.getInt64(1), start, [&](llvm::Value* step, llvm::ArrayRef<llvm::Value*> now) {
        StepRows rows = far;
        Values behind;
        rows.for_each([&](llvm::Value*& row) {
          llvm::Value* here = now[values + behind.size()];
          behind.push_back(b_.CreateGEP(b_.getInt8Ty(), here, row));
          row = here;
        });
        Values next = emit_step(tile, step, rows, now.take_front(values), held, nullptr);
        next.append(behind);
        return next;
      });
  store_states(tile, end);
}

/// Where a call has few steps, every other one takes the tiles from the last to the first: it begins with
/// what the one before left in the first-level cache.
llvm::Value* PopulationCode::goes_backwards() {
  if (k_.has_linear()) return nullptr;
  llvm::Value* one = b_.getInt64(1);
  llvm::Value* calls =
      b_.CreateUDiv(step_number_, b_.CreateBinaryIntrinsic(llvm::Intrinsic::umax, f_.steps, one));
  return b_.CreateAnd(b_.CreateTrunc(calls, b_.getInt1Ty()),
                      b_.CreateICmpULT(f_.steps, b_.getInt64(kManySteps)));
}

void PopulationCode::emit_tiles(llvm::Value* first, llvm::Value* end, llvm::Value* begin_step,
                                llvm::Value* end_step) {
  unsigned vectors = interleaved_vectors(k_, b_);
  // One mask register of eight cannot choose lanes.
  if (!carried_.empty()) vectors = std::min(vectors, 7u);
  // A panel is whole tiles, if it is not narrower than one.
  if (k_.has_linear()) vectors = std::min(std::bit_floor(vectors), kWidestPanel / b_.lanes());
  llvm::Value* done = first;
  if (vectors > 1) {
    const std::uint64_t neurons = std::uint64_t{vectors} * b_.lanes();
    llvm::Value* all = b_.CreateSub(b_.CreateSelect(b_.CreateICmpULT(first, end), end, first), first);
    llvm::Value* whole = b_.CreateAdd(first, b_.CreateSub(all, b_.CreateURem(all, b_.getInt64(neurons))));
    if (observed_) whole = b_.CreateSelect(observed_, first, whole);
    llvm::Value* backwards = goes_backwards();
    llvm::Value* ends = b_.CreateSub(b_.CreateAdd(done, whole), b_.getInt64(neurons));
    f_.for_each(
        done, whole,
        [&](llvm::Value* neuron) {
          if (backwards) neuron = b_.CreateSelect(backwards, b_.CreateSub(ends, neuron), neuron);
          emit_tile({neuron, vectors, false}, begin_step, end_step);
        },
        neurons);
    done = whole;
  }
  f_.for_each(
      done, end, [&](llvm::Value* neuron) { emit_tile({neuron, 1, true}, begin_step, end_step); },
      b_.lanes());
}

// ---- inhibition

void PopulationCode::emit_rounds_of_winners() {
  const NodeId operand = cell_.nodes[cell_.winner].arg[0];
  const std::vector<bool> first_pass = needed_nodes(cell_, {operand});
  f_.for_each(b_.getInt64(0), f_.steps, [&](llvm::Value* step) {
    for_each_vector([&](const Tile& tile) {
      const Held held = hold(tile);
      const auto values =
          evaluate(tile, 0, step, first_pass, port_values(tile, step, rows_at(tile, step), held),
                   load_states(tile), held, nullptr);
      b_.store_vector(values[operand], vector_at(excess_, tile.first, 0));
    });
    llvm::Value* winner = find_largest();
    for_each_vector([&](const Tile& tile) {
      store_states(tile, emit_step(tile, step, rows_at(tile, step), load_states(tile), hold(tile), winner));
    });
  });
}

void PopulationCode::for_each_vector(llvm::function_ref<void(const Tile&)> body) {
  f_.for_each(
      f_.first_neuron, f_.end_neuron, [&](llvm::Value* first) { body({first, 1, true}); }, b_.lanes());
}

/// Number of the neuron with the largest excess: NaN is below everything, the lowest number wins a tie.
llvm::Value* PopulationCode::find_largest() {
  llvm::Value* first = f_.load_float(excess_, b_.getInt64(0));
  const Values found = b_.loop(
      b_.getInt64(1), f_.end_neuron, b_.getInt64(1), {first, b_.getInt32(0)},
      [&](llvm::Value* neuron, llvm::ArrayRef<llvm::Value*> best) {
        llvm::Value* x = f_.load_float(excess_, neuron);
        llvm::Value* first_number = b_.CreateAnd(b_.CreateFCmpUNO(best[0], best[0]), b_.CreateFCmpORD(x, x));
        llvm::Value* better = b_.CreateOr(b_.CreateFCmpOGT(x, best[0]), first_number);
        llvm::Value* number = b_.CreateTrunc(neuron, b_.getInt32Ty());
        return Values{b_.CreateSelect(better, x, best[0]), b_.CreateSelect(better, number, best[1])};
      });
  return found[1];
}

}  // namespace spikeloom
