// Elementwise stages: a tile of neurons runs all steps of the call before the next tile, its states in
// registers.
#include <cstddef>

#include "llvm/expression.h"
#include "llvm/kernel_frame.h"

namespace spikeloom {
namespace {

/// Code of one step of one tile; beyond, fewer vectors are interleaved.
constexpr std::size_t kTileInstructions = 1200;

/// Vectors that are interleaved hide the latency of the recurrence; their states must fit into registers.
unsigned interleaved_vectors(const Cell& cell, unsigned lanes, bool has_fma) {
  const std::size_t estimate = instruction_estimate(cell, has_fma);
  const std::size_t registers = lanes == 16 ? 32 : 16;
  // A tile below 8 neurons would write single bits.
  unsigned vectors = lanes == 1 ? 8 : 4;
  const unsigned least = lanes == 1 ? 8 : lanes == 4 ? 2 : 1;
  while (vectors > least && vectors * (cell.states.size() + 3) > registers) vectors /= 2;
  while (vectors > least && vectors * estimate > kTileInstructions) vectors /= 2;
  return vectors * estimate > 2 * kTileInstructions ? 1 : vectors;
}

class CellEmitter {
 public:
  CellEmitter(KernelFrame& frame, const CellKernel& kernel, bool has_fma)
      : f_(frame), b_(frame.b), k_(kernel), cell_(kernel.cell), has_fma_(has_fma) {
    std::vector<NodeId> wanted = cell_.next_state;
    wanted.push_back(cell_.output);
    needed_ = needed_nodes(cell_, wanted);
  }

  void run() {
    load_constants();
    f_.for_each_sample([this](llvm::Value* sample) {
      load_rows(sample);
      if (cell_.winner == kNoNode)
        emit_blocks();
      else
        emit_rounds_of_winners();
    });
    f_.close();
  }

 private:
  struct Tile {
    llvm::Value* first;  // neuron
    unsigned vectors;
    bool last;  // may reach behind the last neuron: bits must be cut
  };

  unsigned vector_bytes() const { return b_.lanes() * 4; }

  /// Operands follow each other as plan.h says; those of a sample are found once the sample is known.
  void load_constants() {
    unsigned next = 0;
    for (const auto& port : k_.ports) next += static_cast<unsigned>(port.size());
    for (const bool uniform : k_.fixed_uniform) {
      llvm::Value* base = f_.operand(next++).base;
      fixed_.push_back(uniform ? b_.load_vector(base) : base);
    }
    for (const LevelTable& table : cell_.tables) {
      llvm::Value* midpoints = f_.operand(next++).base;
      tables_.push_back({midpoints, f_.operand(next++).base, table_bits(table)});
    }
    first_state_ = next;
    steps_ = cell_.states.empty() ? f_.steps_to(f_.operand(output_operand(), b_.getInt64(0))) : f_.steps;
    step_number_ = f_.field64(offsetof(spikeloom_call, step));
    if (uses(cell_, Op::Uniform) || uses(cell_, Op::Normal)) {
      llvm::Value* seed = f_.field64(offsetof(spikeloom_call, seed));
      key_ = {b_.splat(b_.CreateTrunc(seed, b_.getInt32Ty())),
              b_.splat(b_.CreateTrunc(b_.CreateLShr(seed, 32), b_.getInt32Ty()))};
      node_key_ = b_.splat(f_.field32(offsetof(spikeloom_call, node_key)));
      sample_base_ = f_.field32(offsetof(spikeloom_call, sample_base));
    }
  }

  unsigned output_operand() const { return first_state_ + static_cast<unsigned>(cell_.states.size()); }

  void load_rows(llvm::Value* sample) {
    unsigned next = 0;
    ports_.clear();
    for (const auto& port : k_.ports) {
      ports_.emplace_back();
      for (std::size_t i = 0; i < port.size(); ++i) ports_.back().push_back(f_.operand(next++, sample));
    }
    states_.clear();
    next = first_state_;
    for (std::size_t i = 0; i < cell_.states.size(); ++i) states_.push_back(f_.operand(next++, sample).base);
    output_ = f_.operand(next++, sample);
    traces_.clear();
    for (const bool traced : k_.state_traced) traces_.push_back(traced ? f_.operand(next++, sample) : Row{});
    if (cell_.winner != kNoNode) excess_ = f_.operand(next, sample).base;
    if (sample_base_) sample_ = b_.splat(b_.CreateAdd(sample_base_, b_.CreateTrunc(sample, b_.getInt32Ty())));
  }

  llvm::Value* vector_at(llvm::Value* row, const Tile& tile, unsigned v) {
    return b_.at(b_.at(row, b_.CreateShl(tile.first, 2)), std::uint64_t{v} * vector_bytes());
  }

  // ---- bits

  unsigned tile_neurons(const Tile& tile) const { return tile.vectors * b_.lanes(); }

  /// The bits of a tile as one integer; below 8 neurons they share a byte with their neighbours.
  llvm::Value* load_bits(llvm::Value* row, const Tile& tile) {
    const unsigned n = tile_neurons(tile);
    llvm::Value* address = b_.at(row, b_.CreateLShr(tile.first, 3));
    if (n >= 8) return b_.CreateAlignedLoad(b_.getIntNTy(n), address, llvm::Align(n / 8));
    llvm::Value* byte = b_.CreateLoad(b_.getInt8Ty(), address);
    return b_.CreateTrunc(b_.CreateLShr(byte, bit_in_byte(tile)), b_.getIntNTy(n));
  }

  void store_bits(llvm::Value* bits, llvm::Value* row, const Tile& tile) {
    const unsigned n = tile_neurons(tile);
    llvm::Value* address = b_.at(row, b_.CreateLShr(tile.first, 3));
    if (n >= 8) {
      b_.CreateAlignedStore(bits, address, llvm::Align(n / 8));
      return;
    }
    llvm::Value* shift = bit_in_byte(tile);
    llvm::Value* others =
        b_.CreateNot(b_.CreateShl(b_.getInt8(static_cast<std::uint8_t>((1u << n) - 1)), shift));
    llvm::Value* byte = b_.CreateAnd(b_.CreateLoad(b_.getInt8Ty(), address), others);
    b_.CreateStore(b_.CreateOr(byte, b_.CreateShl(b_.CreateZExt(bits, b_.getInt8Ty()), shift)), address);
  }

  llvm::Value* bit_in_byte(const Tile& tile) {
    return b_.CreateTrunc(b_.CreateAnd(tile.first, 7), b_.getInt8Ty());
  }

  llvm::Value* condition_of(llvm::Value* bits, unsigned v) {
    const unsigned lanes = b_.lanes();
    llvm::Value* mine = b_.CreateLShr(bits, std::uint64_t{v} * lanes);
    mine = b_.CreateZExtOrTrunc(mine, b_.getIntNTy(lanes));
    if (lanes == 16) return b_.CreateBitCast(mine, b_.mask_vector());
    // Without mask registers: every lane looks at its own bit.
    llvm::SmallVector<std::uint32_t, 8> lane_bits;
    for (unsigned i = 0; i < lanes; ++i) lane_bits.push_back(1u << i);
    llvm::Value* spread = b_.splat(b_.CreateZExt(mine, b_.getInt32Ty()));
    llvm::Value* chosen = b_.CreateAnd(spread, llvm::ConstantDataVector::get(b_.getContext(), lane_bits));
    return b_.CreateICmpNE(chosen, b_.i32(0));
  }

  llvm::Value* append_bits(llvm::Value* bits, llvm::Value* condition, const Tile& tile, unsigned v) {
    llvm::Type* type = b_.getIntNTy(tile_neurons(tile));
    llvm::Value* mine = b_.CreateZExt(b_.CreateBitCast(condition, b_.getIntNTy(b_.lanes())), type);
    mine = b_.CreateShl(mine, std::uint64_t{v} * b_.lanes());
    return bits ? b_.CreateOr(bits, mine) : mine;
  }

  /// Ones for the neurons of the tile that exist.
  llvm::Value* existing(const Tile& tile) {
    const unsigned n = tile_neurons(tile);
    llvm::Value* left = b_.CreateSub(f_.end_neuron, tile.first);
    llvm::Value* some = b_.CreateNot(b_.CreateShl(b_.getInt64(~std::uint64_t{0}), b_.CreateAnd(left, 63)));
    llvm::Value* mask =
        b_.CreateSelect(b_.CreateICmpUGE(left, b_.getInt64(n)), b_.getInt64(~std::uint64_t{0}), some);
    return b_.CreateTrunc(mask, b_.getIntNTy(n));
  }

  // ---- one step

  /// The tile's sources in one step: floats, or the bits of all its vectors.
  using Loaded = std::vector<std::vector<llvm::Value*>>;
  Loaded load_bit_sources(const Tile& tile, llvm::Value* step) {
    Loaded loaded;
    for (std::size_t p = 0; p < ports_.size(); ++p) {
      loaded.emplace_back();
      for (std::size_t s = 0; s < ports_[p].size(); ++s)
        loaded.back().push_back(
            k_.ports[p][s].element == SPIKELOOM_BITS ? load_bits(f_.row(ports_[p][s], step), tile) : nullptr);
    }
    return loaded;
  }

  Values port_values(const Tile& tile, unsigned v, llvm::Value* step, const Loaded& bits) {
    Values values;
    for (std::size_t p = 0; p < ports_.size(); ++p) {
      llvm::Value* sum = nullptr;
      for (std::size_t s = 0; s < ports_[p].size(); ++s) {
        llvm::Value* source = bits[p][s] ? b_.real(condition_of(bits[p][s], v))
                                         : b_.load_vector(vector_at(f_.row(ports_[p][s], step), tile, v));
        sum = sum ? b_.fadd(sum, source) : source;
      }
      values.push_back(sum ? sum : b_.f32(0));
    }
    return values;
  }

  Values fixed_values(const Tile& tile, unsigned v) {
    Values values;
    for (std::size_t i = 0; i < fixed_.size(); ++i)
      values.push_back(k_.fixed_uniform[i] ? fixed_[i] : b_.load_vector(vector_at(fixed_[i], tile, v)));
    return values;
  }

  llvm::Value* neuron_numbers(const Tile& tile, unsigned v) {
    llvm::Value* first = b_.CreateAdd(tile.first, b_.getInt64(std::uint64_t{v} * b_.lanes()));
    return b_.iadd(b_.splat(b_.CreateTrunc(first, b_.getInt32Ty())), b_.lane_numbers());
  }

  std::vector<llvm::Value*> evaluate(const Tile& tile, unsigned v, llvm::Value* step,
                                     const std::vector<bool>& needed, const Loaded& bits,
                                     llvm::ArrayRef<llvm::Value*> states, llvm::ArrayRef<llvm::Value*> fixed,
                                     llvm::Value* winner) {
    const Values ports = port_values(tile, v, step, bits);
    llvm::Value* number = b_.CreateAdd(step_number_, step);
    const auto random = [&] {
      llvm::Value* step_word = b_.splat(b_.CreateTrunc(number, b_.getInt32Ty()));
      return b_.philox({step_word, neuron_numbers(tile, v), sample_, node_key_}, key_);
    };
    Leaves leaves;
    leaves.ports = ports;
    leaves.states = states;
    leaves.fixed = fixed;
    leaves.tables = tables_;
    leaves.random_words = random;
    leaves.winner = winner;
    if (uses(cell_, Op::Step)) leaves.step = b_.splat(b_.CreateUIToFP(number, b_.getFloatTy()));
    return emit_expressions(b_, cell_, needed, leaves);
  }

  /// Computes and stores one step; returns the states behind it.
  Values emit_step(const Tile& tile, llvm::Value* step, llvm::ArrayRef<llvm::Value*> states,
                   llvm::ArrayRef<Values> fixed, llvm::Value* existing_bits, llvm::Value* winner) {
    const std::size_t count = cell_.states.size();
    const Loaded bits = load_bit_sources(tile, step);
    llvm::Value* output_row = f_.row(output_, step);
    Values next;
    llvm::Value* spikes = nullptr;
    for (unsigned v = 0; v < tile.vectors; ++v) {
      llvm::Value* won = nullptr;
      if (winner) won = b_.CreateICmpEQ(neuron_numbers(tile, v), b_.splat(winner));
      const auto values =
          evaluate(tile, v, step, needed_, bits, states.slice(v * count, count), fixed[v], won);
      for (std::size_t s = 0; s < count; ++s) {
        llvm::Value* value = values[cell_.next_state[s]];
        if (cell_.nodes[cell_.next_state[s]].type == Type::Bool) value = b_.real(value);
        next.push_back(value);
        if (traces_[s].base) b_.store_vector(value, vector_at(f_.row(traces_[s], step), tile, v));
      }
      llvm::Value* output = values[cell_.output];
      if (cell_.spikes())
        spikes = append_bits(spikes, output, tile, v);
      else
        b_.store_vector(output, vector_at(output_row, tile, v));
    }
    if (spikes) store_bits(existing_bits ? b_.CreateAnd(spikes, existing_bits) : spikes, output_row, tile);
    return next;
  }

  Values load_states(const Tile& tile) {
    Values states;
    for (unsigned v = 0; v < tile.vectors; ++v)
      for (llvm::Value* row : states_) states.push_back(b_.load_vector(vector_at(row, tile, v)));
    return states;
  }

  void store_states(const Tile& tile, llvm::ArrayRef<llvm::Value*> states) {
    for (unsigned v = 0; v < tile.vectors; ++v)
      for (std::size_t s = 0; s < states_.size(); ++s)
        b_.store_vector(states[v * states_.size() + s], vector_at(states_[s], tile, v));
  }

  // ---- loops

  void emit_tile(const Tile& tile) {
    llvm::SmallVector<Values, 8> fixed;
    for (unsigned v = 0; v < tile.vectors; ++v) fixed.push_back(fixed_values(tile, v));
    llvm::Value* mask = tile.last && cell_.spikes() ? existing(tile) : nullptr;
    const Values states = b_.loop(b_.getInt64(0), steps_, b_.getInt64(1), load_states(tile),
                                  [&](llvm::Value* step, llvm::ArrayRef<llvm::Value*> now) {
                                    return emit_step(tile, step, now, fixed, mask, nullptr);
                                  });
    store_states(tile, states);
  }

  void emit_blocks() {
    const unsigned vectors = interleaved_vectors(cell_, b_.lanes(), has_fma_);
    llvm::Value* done = f_.first_neuron;
    if (vectors > 1) {
      const std::uint64_t neurons = std::uint64_t{vectors} * b_.lanes();
      llvm::Value* all = b_.CreateSub(
          b_.CreateSelect(b_.CreateICmpULT(f_.first_neuron, f_.end_neuron), f_.end_neuron, f_.first_neuron),
          f_.first_neuron);
      llvm::Value* whole = b_.CreateAdd(f_.first_neuron, b_.CreateAnd(all, ~(neurons - 1)));
      f_.for_each(done, whole, [&](llvm::Value* first) { emit_tile({first, vectors, false}); }, neurons);
      done = whole;
    }
    f_.for_each(done, f_.end_neuron, [&](llvm::Value* first) { emit_tile({first, 1, true}); }, b_.lanes());
  }

  /// With inhibition a step needs the whole population twice: who is largest, then everything else.
  void emit_rounds_of_winners() {
    const NodeId operand = cell_.nodes[cell_.winner].arg[0];
    const std::vector<bool> first_pass = needed_nodes(cell_, {operand});
    f_.for_each(b_.getInt64(0), steps_, [&](llvm::Value* step) {
      for_each_vector([&](const Tile& tile) {
        const Values fixed = fixed_values(tile, 0), states = load_states(tile);
        const auto values =
            evaluate(tile, 0, step, first_pass, load_bit_sources(tile, step), states, fixed, nullptr);
        b_.store_vector(values[operand], vector_at(excess_, tile, 0));
      });
      llvm::Value* winner = find_largest();
      for_each_vector([&](const Tile& tile) {
        llvm::Value* mask = cell_.spikes() ? existing(tile) : nullptr;
        store_states(tile, emit_step(tile, step, load_states(tile), {fixed_values(tile, 0)}, mask, winner));
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
  bool has_fma_;
  std::vector<bool> needed_;
  unsigned first_state_ = 0;

  Values fixed_;  // a vector if uniform, else the row's address
  llvm::SmallVector<Leaves::Table, 2> tables_;
  llvm::Value *steps_ = nullptr, *step_number_ = nullptr;
  std::array<llvm::Value*, 2> key_{};
  llvm::Value *node_key_ = nullptr, *sample_base_ = nullptr;

  // Of the sample that is being computed.
  std::vector<std::vector<Row>> ports_;
  Values states_;  // addresses
  Row output_;
  std::vector<Row> traces_;
  llvm::Value *excess_ = nullptr, *sample_ = nullptr;
};

}  // namespace

void emit_cell(KernelFrame& frame, const CellKernel& kernel) {
  CellEmitter(frame, kernel, frame.b.has_fma()).run();
}

}  // namespace spikeloom
