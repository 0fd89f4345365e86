// Populations: elementwise neurons and the linear layers that drive them. A tile of neurons runs all steps of
// the call before the next tile, its states in registers. With linear layers, neurons are taken in panels:
// the currents of a panel, all steps of them, are computed first and stay in the first-level cache.
#include <algorithm>
#include <bit>
#include <cstddef>

#include "llvm/drive.h"
#include "llvm/expression.h"
#include "llvm/kernel_frame.h"
#include "llvm/tile.h"

namespace spikeloom {
namespace {

/// Code of one step of one tile; beyond, fewer vectors are interleaved.
constexpr std::size_t kTileInstructions = 1200;

/// Vectors that are interleaved hide the latency of the recurrence; their states, an input and a temporary
/// each must fit into registers. Their bits are whole bytes.
unsigned interleaved_vectors(const Cell& cell, unsigned lanes, bool has_fma) {
  const std::size_t registers = lanes == 16 ? 28 : 14, estimate = instruction_estimate(cell, has_fma);
  const auto most = static_cast<unsigned>(
      std::min<std::size_t>({8, registers / (cell.states.size() + 2), kTileInstructions / (estimate + 1)}));
  if (lanes >= 8 || most == 0) return std::max(most, 1u);
  if (lanes == 4) return std::max(std::bit_floor(most), 2u);
  return 8 * estimate > 2 * kTileInstructions ? 1 : 8;
}

class CellEmitter {
 public:
  CellEmitter(KernelFrame& frame, const CellKernel& kernel, DriveCode& drives)
      : f_(frame), b_(frame.b), k_(kernel), cell_(kernel.cell), drives_(drives) {
    std::vector<NodeId> wanted = cell_.next_state;
    wanted.push_back(cell_.output);
    needed_ = needed_nodes(cell_, wanted);
  }

  void run() {
    find_operands();
    load_constants();
    end_step_ = f_.steps;
    if (k_.has_linear())
      emit_groups();
    else
      f_.for_each_sample([this](llvm::Value* sample) {
        load_rows(sample);
        if (cell_.winner == kNoNode)
          emit_tiles(f_.first_neuron, f_.end_neuron);
        else
          emit_rounds_of_winners();
      });
    f_.close();
  }

 private:
  /// A source of a port: rows of the call, or the currents of a panel.
  struct SourceRow {
    Row row;
    llvm::Value* first_neuron = nullptr;  // of the row; null: 0
    llvm::Value* first_step = nullptr;
  };
  struct LinearSource {
    unsigned operand;  // the first of its five
    CellKernel::Read read;
    llvm::Value *fan_in, *dense_from, *events_from, *currents;
    llvm::Value *capacity = nullptr, *list_offset = nullptr;  // of its lists, in a row of scratch
    llvm::Value* dense = nullptr;                             // in the steps that are being computed
  };
  /// What a tile loads before its steps: for each vector, fixed values and sources that do not change.
  struct Held {
    llvm::SmallVector<Values, 8> fixed;
    std::vector<std::vector<Values>> sources;  // [port][source][vector]; empty where they change
    llvm::Value* existing = nullptr;
  };
  /// The bits of all vectors of a tile in one step; null for floats.
  using Loaded = std::vector<std::vector<llvm::Value*>>;

  unsigned vector_bytes() const { return b_.lanes() * 4; }

  // ---- operands, in the order of plan.h

  void find_operands() {
    unsigned next = 0;
    for (const auto& port : k_.ports)
      for (const CellKernel::Read& read : port) {
        if (read.linear) linear_.push_back({next, read, {}, {}, {}, {}});
        next += read.linear ? 5 : 1;
      }
    first_fixed_ = next;
    next += static_cast<unsigned>(k_.fixed_uniform.size() + 2 * cell_.tables.size());
    first_state_ = next;
    output_operand_ = first_state_ + static_cast<unsigned>(k_.states.size());
    first_trace_ = output_operand_ + 1;
    scratch_operand_ = first_trace_ + static_cast<unsigned>(k_.states.size());
  }

  void load_constants() {
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
    for (std::size_t s = 0; s < k_.states.size(); ++s) {
      if (k_.states[s] == CellKernel::State::traced) continue;
      llvm::Value* seen = b_.CreateIsNotNull(f_.operand(first_trace_ + static_cast<unsigned>(s)).base);
      observed_ = observed_ ? b_.CreateOr(observed_, seen) : seen;
    }
    for (LinearSource& l : linear_) {
      llvm::Value* words = f_.operand(l.operand + 3).base;
      const auto fact = [&](DriveFact which) {
        return b_.CreateZExt(b_.CreateLoad(b_.getInt32Ty(), b_.at(words, std::uint64_t{which} * 4)),
                             b_.getInt64Ty());
      };
      l.fan_in = fact(kFanIn);
      l.dense_from = fact(kDenseFrom);
      l.events_from = fact(kEventsFrom);
      auto* room = b_.CreateAlloca(llvm::ArrayType::get(b_.getFloatTy(), kWidestPanel * kCurrentSteps));
      room->setAlignment(llvm::Align(64));
      l.currents = room;
    }
  }

  void load_rows(llvm::Value* sample) {
    unsigned next = 0;
    ports_.clear();
    std::size_t linear = 0;
    for (const auto& port : k_.ports) {
      ports_.emplace_back();
      for (const CellKernel::Read& read : port) {
        if (read.linear) {
          const Row currents{linear_[linear++].currents, b_.getInt64(kCurrentStride)};
          ports_.back().push_back({currents, panel_, first_step_});
          next += 5;
        } else {
          ports_.back().push_back({f_.operand(next++, sample)});
        }
      }
    }
    states_.clear();
    traces_.clear();
    for (unsigned s = 0; s < k_.states.size(); ++s) {
      states_.push_back(f_.operand(first_state_ + s, sample).base);
      traces_.push_back(f_.operand(first_trace_ + s, sample));
    }
    output_ = f_.operand(output_operand_, sample);
    if (cell_.winner != kNoNode) excess_ = f_.operand(scratch_operand_, b_.getInt64(0)).base;
    if (sample_base_) sample_ = b_.splat(b_.CreateAdd(sample_base_, b_.CreateTrunc(sample, b_.getInt32Ty())));
  }

  llvm::Value* vector_at(llvm::Value* row, llvm::Value* first, unsigned v) {
    return b_.at(b_.at(row, b_.CreateShl(first, 2)), std::uint64_t{v} * vector_bytes());
  }

  llvm::Value* row_of(const SourceRow& source, llvm::Value* step) {
    return f_.row(source.row, source.first_step ? b_.CreateSub(step, source.first_step) : step);
  }

  // ---- one step

  Held hold(const Tile& tile) {
    Held held;
    for (unsigned v = 0; v < tile.vectors; ++v) {
      held.fixed.emplace_back();
      for (std::size_t i = 0; i < fixed_.size(); ++i)
        held.fixed.back().push_back(
            k_.fixed_uniform[i] ? fixed_[i] : b_.load_vector(vector_at(fixed_[i], tile.first, v)));
    }
    llvm::Value* any_step = b_.getInt64(0);
    for (std::size_t p = 0; p < ports_.size(); ++p) {
      held.sources.emplace_back(ports_[p].size());
      for (std::size_t s = 0; s < ports_[p].size(); ++s)
        if (k_.ports[p][s].constant) held.sources[p][s] = source_vectors(tile, p, s, any_step);
    }
    if (tile.last && cell_.spikes()) held.existing = existing_neurons(b_, f_.end_neuron, tile);
    return held;
  }

  Values source_vectors(const Tile& tile, std::size_t p, std::size_t s, llvm::Value* step) {
    llvm::Value* row = row_of(ports_[p][s], step);
    const CellKernel::Read& read = k_.ports[p][s];
    const bool bits = read.element == SPIKELOOM_BITS && !read.linear;
    llvm::Value* origin = ports_[p][s].first_neuron;
    llvm::Value* first = origin ? b_.CreateSub(tile.first, origin) : tile.first;
    Values values;
    for (unsigned v = 0; v < tile.vectors; ++v)
      values.push_back(bits ? b_.real(load_bits(b_, row, tile, v))
                            : b_.load_vector(vector_at(row, first, v)));
    return values;
  }

  /// [port][vector]: sources summed from left to right.
  std::vector<Values> port_values(const Tile& tile, llvm::Value* step, const Held& held) {
    std::vector<Values> ports;
    for (std::size_t p = 0; p < ports_.size(); ++p) {
      Values sum;
      for (std::size_t s = 0; s < ports_[p].size(); ++s) {
        Values values = held.sources[p][s];
        if (values.empty()) values = source_vectors(tile, p, s, step);
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

  llvm::Value* neuron_numbers(const Tile& tile, unsigned v) {
    llvm::Value* first = b_.CreateAdd(tile.first, b_.getInt64(std::uint64_t{v} * b_.lanes()));
    return b_.iadd(b_.splat(b_.CreateTrunc(first, b_.getInt32Ty())), b_.lane_numbers());
  }

  std::vector<llvm::Value*> evaluate(const Tile& tile, unsigned v, llvm::Value* step,
                                     const std::vector<bool>& needed, const std::vector<Values>& ports,
                                     llvm::ArrayRef<llvm::Value*> states, const Held& held,
                                     llvm::Value* winner) {
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
    if (uses(cell_, Op::Step)) leaves.step = b_.splat(b_.CreateUIToFP(number, b_.getFloatTy()));
    return emit_expressions(b_, cell_, needed, leaves);
  }

  /// Computes and stores one step; returns the states behind it.
  Values emit_step(const Tile& tile, llvm::Value* step, llvm::ArrayRef<llvm::Value*> states, const Held& held,
                   llvm::Value* winner) {
    const std::size_t count = k_.states.size();
    const std::vector<Values> ports = port_values(tile, step, held);
    llvm::Value* output_row = f_.row(output_, step);
    Values next;
    Values spikes;
    for (unsigned v = 0; v < tile.vectors; ++v) {
      llvm::Value* won = nullptr;
      if (winner) won = b_.CreateICmpEQ(neuron_numbers(tile, v), b_.splat(winner));
      const auto values = evaluate(tile, v, step, needed_, ports, states.slice(v * count, count), held, won);
      for (std::size_t s = 0; s < count; ++s) {
        llvm::Value* value = values[cell_.next_state[s]];
        if (cell_.nodes[cell_.next_state[s]].type == Type::Bool) value = b_.real(value);
        next.push_back(value);
        trace(tile, v, step, s, value);
      }
      spikes.push_back(values[cell_.output]);
      if (!cell_.spikes()) b_.store_vector(values[cell_.output], vector_at(output_row, tile.first, v));
    }
    if (cell_.spikes()) store_bits(b_, spikes, held.existing, output_row, tile);
    return next;
  }

  /// A state that is observed sends its neurons through the narrow tiles: the others need not ask.
  void trace(const Tile& tile, unsigned v, llvm::Value* step, std::size_t s, llvm::Value* value) {
    const auto store = [&] { b_.store_vector(value, vector_at(f_.row(traces_[s], step), tile.first, v)); };
    if (k_.states[s] == CellKernel::State::traced)
      store();
    else if (tile.last)
      b_.if_then(b_.CreateIsNotNull(traces_[s].base), store);
  }

  Values load_states(const Tile& tile) {
    Values states;
    for (unsigned v = 0; v < tile.vectors; ++v)
      for (llvm::Value* row : states_) states.push_back(b_.load_vector(vector_at(row, tile.first, v)));
    return states;
  }

  void store_states(const Tile& tile, llvm::ArrayRef<llvm::Value*> states) {
    for (unsigned v = 0; v < tile.vectors; ++v)
      for (std::size_t s = 0; s < states_.size(); ++s)
        b_.store_vector(states[v * states_.size() + s], vector_at(states_[s], tile.first, v));
  }

  // ---- tiles of neurons

  void emit_tile(const Tile& tile) {
    const Held held = hold(tile);
    llvm::Value* begin = first_step_ ? first_step_ : b_.getInt64(0);
    const Values states = b_.loop(begin, end_step_, b_.getInt64(1), load_states(tile),
                                  [&](llvm::Value* step, llvm::ArrayRef<llvm::Value*> now) {
                                    return emit_step(tile, step, now, held, nullptr);
                                  });
    store_states(tile, states);
  }

  void emit_tiles(llvm::Value* first, llvm::Value* end) {
    unsigned vectors = interleaved_vectors(cell_, b_.lanes(), b_.has_fma());
    // A panel is whole tiles.
    if (k_.has_linear()) vectors = std::min(std::bit_floor(vectors), k_.panel / b_.lanes());
    llvm::Value* done = first;
    if (vectors > 1) {
      const std::uint64_t neurons = std::uint64_t{vectors} * b_.lanes();
      llvm::Value* all = b_.CreateSub(b_.CreateSelect(b_.CreateICmpULT(first, end), end, first), first);
      llvm::Value* whole = b_.CreateAdd(first, b_.CreateSub(all, b_.CreateURem(all, b_.getInt64(neurons))));
      if (observed_) whole = b_.CreateSelect(observed_, first, whole);
      f_.for_each(done, whole, [&](llvm::Value* neuron) { emit_tile({neuron, vectors, false}); }, neurons);
      done = whole;
    }
    f_.for_each(done, end, [&](llvm::Value* neuron) { emit_tile({neuron, 1, true}); }, b_.lanes());
  }

  // ---- linear layers

  /// Samples in groups, steps in chunks whose events fit into the scratch: their events are listed, then each
  /// panel runs all samples of the group while its weights are in the cache.
  void emit_groups() {
    llvm::Value* chunk = b_.minimum(f_.steps, f_.size(1));
    list_row_ = b_.getInt64(0);
    for (LinearSource& l : linear_) {
      const std::uint64_t words = l.read.element == SPIKELOOM_BITS ? 4 : 8;
      l.capacity = b_.CreateAdd(b_.CreateMul(b_.round_up(l.fan_in, 16), chunk), b_.getInt64(16));
      l.list_offset = list_row_;
      llvm::Value* bytes =
          b_.CreateAdd(b_.CreateMul(l.capacity, b_.getInt64(words)), b_.getInt64(kListHeader));
      list_row_ = b_.CreateAdd(list_row_, b_.round_up(bytes, 64));
    }
    llvm::Value* room = b_.CreateMul(f_.group, f_.sample_stride(scratch_operand_));
    llvm::Value* group = b_.CreateUDiv(room, list_row_);
    f_.for_each(
        f_.first_sample, f_.end_sample,
        [&](llvm::Value* first) {
          llvm::Value* end = b_.minimum(f_.end_sample, b_.CreateAdd(first, group));
          f_.for_each(
              b_.getInt64(0), f_.steps,
              [&](llvm::Value* step) {
                chunk_ = first_step_ = step;
                end_step_ = b_.minimum(f_.steps, b_.CreateAdd(step, chunk));
                for (std::size_t l = 0; l < linear_.size(); ++l) choose_drive(l, first, end);
                emit_panels(first, end);
              },
              chunk);
        },
        group);
  }

  llvm::Value* list_of(const LinearSource& l, llvm::Value* sample, llvm::Value* first_sample) {
    llvm::Value* lists = f_.operand(scratch_operand_, b_.getInt64(0)).base;
    lists = b_.at(lists, b_.CreateMul(b_.CreateSub(sample, first_sample), list_row_));
    return b_.at(lists, l.list_offset);
  }

  DriveCode::Input input_of(const LinearSource& l, llvm::Value* sample) {
    const Row row = f_.operand(l.operand, sample);
    return {l.read.element, f_.row(row, first_step_), row.step_stride};
  }

  llvm::Value* steps_now() { return b_.CreateSub(end_step_, first_step_); }

  /// Lists the events of a group, and takes the dense drive if there are many of them. Near the crossing the
  /// last choice stays.
  void choose_drive(std::size_t number, llvm::Value* first, llvm::Value* end) {
    LinearSource& l = linear_[number];
    llvm::Value* events = b_.loop(
        first, end, b_.getInt64(1), {b_.getInt64(0)},
        [&](llvm::Value* sample, llvm::ArrayRef<llvm::Value*> sum) {
          return Values{b_.CreateAdd(sum[0], drives_.list_events(input_of(l, sample), steps_now(), l.fan_in,
                                                                 l.capacity, list_of(l, sample, first)))};
        })[0];
    if (!l.read.may_be_dense) return;
    llvm::Value* inputs = b_.CreateMul(l.fan_in, b_.CreateMul(steps_now(), b_.CreateSub(end, first)));
    llvm::Value* share = b_.CreateShl(events, 16);
    const auto reaches = [&](llvm::Value* from) {
      return b_.CreateICmpUGE(share, b_.CreateMul(inputs, from));
    };
    llvm::Value* memory = b_.at(f_.operand(scratch_operand_ + 1, b_.getInt64(0)).base, number * 4);
    llvm::Value* was_dense = b_.CreateIsNotNull(b_.CreateLoad(b_.getInt32Ty(), memory));
    l.dense = b_.CreateOr(reaches(l.dense_from), b_.CreateAnd(was_dense, reaches(l.events_from)));
    b_.CreateStore(b_.CreateZExt(l.dense, b_.getInt32Ty()), memory);
    if (l.read.element != SPIKELOOM_BITS) return;
    b_.if_then(l.dense, [&] {
      f_.for_each(first, end, [&](llvm::Value* sample) {
        drives_.expand_bits(input_of(l, sample), steps_now(), l.fan_in,
                            b_.at(list_of(l, sample, first), kListHeader));
      });
    });
  }

  void emit_panels(llvm::Value* first, llvm::Value* end) {
    llvm::Value* padded = b_.round_up(f_.end_neuron, 16);
    f_.for_each(
        f_.first_neuron, f_.end_neuron,
        [&](llvm::Value* panel) {
          panel_ = panel;
          llvm::Value* width = b_.minimum(b_.getInt64(k_.panel), b_.CreateSub(padded, panel));
          llvm::Value* last = b_.minimum(f_.end_neuron, b_.CreateAdd(panel, b_.getInt64(k_.panel)));
          f_.for_each(first, end,
                      [&](llvm::Value* sample) { emit_steps_of_panel(sample, first, width, last); });
        },
        k_.panel);
  }

  /// Some steps at a time, so that their currents stay in the first-level cache.
  void emit_steps_of_panel(llvm::Value* sample, llvm::Value* first, llvm::Value* width, llvm::Value* last) {
    llvm::Value* const end_of_chunk = end_step_;
    f_.for_each(
        chunk_, end_of_chunk,
        [&](llvm::Value* step) {
          first_step_ = step;
          end_step_ = b_.minimum(end_of_chunk, b_.CreateAdd(step, b_.getInt64(kCurrentSteps)));
          for (const LinearSource& l : linear_) {
            fill_currents(l, width, sample, first);
            b_.if_then(b_.CreateIsNotNull(f_.operand(l.operand + 4).base),
                       [&] { show_currents(l, width, sample); });
          }
          load_rows(sample);
          emit_tiles(panel_, last);
        },
        kCurrentSteps);
    first_step_ = chunk_;
    end_step_ = end_of_chunk;
  }

  void fill_currents(const LinearSource& l, llvm::Value* width, llvm::Value* sample, llvm::Value* first) {
    llvm::Value* weights = f_.operand(l.operand + 1).base;
    const DriveCode::Panel panel{b_.at(weights, b_.CreateShl(b_.CreateMul(panel_, l.fan_in), 2)), l.fan_in,
                                 width, b_.at(f_.operand(l.operand + 2).base, b_.CreateShl(panel_, 2))};
    llvm::Value* list = list_of(l, sample, first);
    llvm::Value* done = b_.CreateSub(first_step_, chunk_);
    const auto events = [&] {
      drives_.add_events(l.read.element, panel, done, steps_now(), l.capacity, list, l.currents);
    };
    if (!l.read.may_be_dense) return events();
    b_.if_else(
        l.dense,
        [&] {
          DriveCode::Input rows = input_of(l, sample);
          if (l.read.element == SPIKELOOM_BITS) {
            llvm::Value* stride = b_.CreateShl(b_.round_up(l.fan_in, 16), 2);
            rows = {SPIKELOOM_FLOAT, b_.at(b_.at(list, kListHeader), b_.CreateMul(done, stride)), stride};
          }
          drives_.add_rows(panel, rows.row, rows.stride, steps_now(), l.currents);
        },
        events);
  }

  /// Somebody records the layer.
  void show_currents(const LinearSource& l, llvm::Value* width, llvm::Value* sample) {
    const Row to = f_.operand(l.operand + 4, sample);
    f_.for_each(first_step_, end_step_, [&](llvm::Value* step) {
      llvm::Value* from =
          b_.at(l.currents, b_.CreateMul(b_.CreateSub(step, first_step_), b_.getInt64(kCurrentStride)));
      llvm::Value* row = b_.at(f_.row(to, step), b_.CreateShl(panel_, 2));
      f_.for_each(
          b_.getInt64(0), width,
          [&](llvm::Value* j) {
            b_.store_vector(b_.load_vector(vector_at(from, j, 0)), vector_at(row, j, 0));
          },
          b_.lanes());
    });
  }

  // ---- inhibition

  /// With inhibition a step needs the whole population twice: who is largest, then everything else.
  void emit_rounds_of_winners() {
    const NodeId operand = cell_.nodes[cell_.winner].arg[0];
    const std::vector<bool> first_pass = needed_nodes(cell_, {operand});
    f_.for_each(b_.getInt64(0), f_.steps, [&](llvm::Value* step) {
      for_each_vector([&](const Tile& tile) {
        const Held held = hold(tile);
        const auto values = evaluate(tile, 0, step, first_pass, port_values(tile, step, held),
                                     load_states(tile), held, nullptr);
        b_.store_vector(values[operand], vector_at(excess_, tile.first, 0));
      });
      llvm::Value* winner = find_largest();
      for_each_vector([&](const Tile& tile) {
        store_states(tile, emit_step(tile, step, load_states(tile), hold(tile), winner));
      });
    });
  }

  void for_each_vector(llvm::function_ref<void(const Tile&)> body) {
    f_.for_each(
        f_.first_neuron, f_.end_neuron, [&](llvm::Value* first) { body({first, 1, true}); }, b_.lanes());
  }

  /// Number of the neuron with the largest excess: NaN is below everything, the lowest number wins a tie.
  llvm::Value* find_largest() {
    llvm::Value* first = f_.load_float(excess_, b_.getInt64(0));
    const Values found = b_.loop(
        b_.getInt64(1), f_.end_neuron, b_.getInt64(1), {first, b_.getInt32(0)},
        [&](llvm::Value* neuron, llvm::ArrayRef<llvm::Value*> best) {
          llvm::Value* x = f_.load_float(excess_, neuron);
          llvm::Value* first_number =
              b_.CreateAnd(b_.CreateFCmpUNO(best[0], best[0]), b_.CreateFCmpORD(x, x));
          llvm::Value* better = b_.CreateOr(b_.CreateFCmpOGT(x, best[0]), first_number);
          llvm::Value* number = b_.CreateTrunc(neuron, b_.getInt32Ty());
          return Values{b_.CreateSelect(better, x, best[0]), b_.CreateSelect(better, number, best[1])};
        });
    return found[1];
  }

  KernelFrame& f_;
  VectorBuilder& b_;
  const CellKernel& k_;
  const Cell& cell_;
  DriveCode& drives_;
  std::vector<bool> needed_;
  unsigned first_fixed_ = 0, first_state_ = 0, output_operand_ = 0, first_trace_ = 0, scratch_operand_ = 0;

  Values fixed_;  // a vector if uniform, else the row's address
  llvm::SmallVector<Leaves::Table, 2> tables_;
  std::vector<LinearSource> linear_;
  llvm::Value *step_number_ = nullptr, *observed_ = nullptr, *list_row_ = nullptr;
  std::array<llvm::Value*, 2> key_{};
  llvm::Value *node_key_ = nullptr, *sample_base_ = nullptr;

  // Of the steps, the panel and the sample that are being computed.
  llvm::Value *chunk_ = nullptr, *first_step_ = nullptr, *end_step_ = nullptr, *panel_ = nullptr;
  std::vector<std::vector<SourceRow>> ports_;
  Values states_;  // addresses
  Row output_;
  std::vector<Row> traces_;
  llvm::Value *excess_ = nullptr, *sample_ = nullptr;
};

}  // namespace

void emit_cell(KernelFrame& frame, const CellKernel& kernel, DriveCode& drives) {
  CellEmitter(frame, kernel, drives).run();
}

}  // namespace spikeloom
