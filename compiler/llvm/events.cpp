// The event drive: for each panel of outputs, a row of packed weights is added per event of the lists. Each
// output's sum runs over ascending inputs.
#include <llvm/IR/Intrinsics.h>

#include "llvm/drive.h"

namespace spikeloom {
namespace {

/// Adds rows of weights for tiles of outputs. Additions wait for each other, since a sum has one order: eight
/// sums beside each other hide that. They are two strips of outputs, or several steps of what is narrower.
class EventAdder {
 public:
  /// p: weights, their distance, bytes of a row, width, bias, steps, bounds of the steps' events, numbers,
  /// currents, outputs of a strip; values, what to fetch ahead and how far from one event to the next, if
  /// any. `of_block`: what lies in the currents is what sums begin with, in place of the bias.
  EventAdder(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p, bool values, bool of_block)
      : b_(b),
        of_block_(of_block),
        weights_(p[0]),
        distance_(p[1]),
        row_bytes_(p[2]),
        width_(p[3]),
        bias_(p[4]),
        steps_(p[5]),
        bounds_(p[6]),
        numbers_(p[7]),
        currents_(p[8]),
        strip_(b.lanes() == 16 ? b.getInt64(strip_width(kWidestPanel)) : p[9]),
        values_(values ? p[10] : nullptr),
        ahead_(values ? p[11] : nullptr),
        ahead_stride_(values ? p[12] : nullptr) {}

  void run() {
    if (b_.lanes() < 8 || of_block_) return emit_strips();
    // Two strips of four vectors each.
    const std::uint64_t strip = std::uint64_t{4} * b_.lanes();
    llvm::Value* is_pair = b_.CreateICmpEQ(width_, b_.getInt64(2 * strip));
    is_pair = b_.CreateAnd(is_pair, b_.CreateICmpEQ(strip_, b_.getInt64(strip)));
    b_.if_else(
        is_pair,
        [&] {
          llvm::Value* second = b_.at(weights_, b_.CreateMul(distance_, b_.getInt64(strip * 4)));
          emit_tile({{weights_, second}, row_bytes(b_.getInt64(strip)), currents_, ahead_}, bias_, 8, 1);
        },
        [&] { emit_strips(); });
  }

 private:
  struct Tile {
    llvm::SmallVector<llvm::Value*, 2> weights;  // half of the vectors each
    llvm::Value *row_bytes, *currents;
    llvm::Value* ahead = nullptr;  // fetched while rows are added
    unsigned vectors = 0;
    Values start = {};  // of every step, unless it is one of a block
  };
  unsigned vector_bytes() const { return b_.lanes() * 4; }
  /// Of a strip that is so wide.
  llvm::Value* row_bytes(llvm::Value* width) {
    return b_.CreateSelect(b_.CreateIsNull(row_bytes_), b_.CreateShl(width, 2), row_bytes_);
  }

  void emit_strips() {
    const unsigned vectors = b_.lanes() == 16 ? 4 : 8, narrow = 16 / b_.lanes();
    // Eight lanes: strips of 32 outputs run two steps at a time; wider ones, of single steps, whole rows.
    const bool has_halves = b_.lanes() == 8 && !of_block_;
    b_.loop(b_.getInt64(0), width_, strip_, {}, [&](llvm::Value* strip, llvm::ArrayRef<llvm::Value*>) {
      llvm::Value* width = b_.minimum(strip_, b_.CreateSub(width_, strip));
      llvm::Value* whole = b_.CreateAnd(width, ~std::uint64_t{vectors * b_.lanes() - 1});
      const auto emit_whole = [&] {
        emit_tiles(strip, width, b_.getInt64(0), whole, vectors, b_.lanes() == 16 ? 2 : 1);
      };
      if (has_halves) {
        const std::uint64_t half = std::uint64_t{vectors / 2} * b_.lanes();
        llvm::Value* is_half = b_.CreateICmpEQ(strip_, b_.getInt64(half));
        whole = b_.CreateSelect(is_half, b_.CreateAnd(width, ~(half - 1)), whole);
        b_.if_else(
            is_half, [&] { emit_tiles(strip, width, b_.getInt64(0), whole, vectors / 2, 2); }, emit_whole);
      } else {
        emit_whole();
      }
      // A single vector needs more steps to keep as many sums going.
      if (vectors > narrow) emit_tiles(strip, width, whole, width, narrow, narrow == 1 ? 8 : 4);
      return Values{};
    });
  }

  void emit_tiles(llvm::Value* strip, llvm::Value* width, llvm::Value* begin, llvm::Value* end,
                  unsigned vectors, unsigned together) {
    llvm::Value* weights = b_.at(weights_, b_.CreateShl(b_.CreateMul(strip, distance_), 2));
    llvm::Value* outputs = b_.getInt64(std::uint64_t{vectors} * b_.lanes());
    b_.loop(begin, end, outputs, {}, [&](llvm::Value* o, llvm::ArrayRef<llvm::Value*>) {
      llvm::Value* offset = b_.CreateShl(b_.CreateAdd(strip, o), 2);
      emit_tile({{b_.at(weights, b_.CreateShl(o, 2))}, row_bytes(width), b_.at(currents_, offset)},
                b_.at(bias_, offset), vectors, together);
      return Values{};
    });
  }

  void emit_tile(Tile tile, llvm::Value* bias, unsigned vectors, unsigned together) {
    tile.vectors = vectors;
    for (unsigned v = 0; v < vectors && !of_block_; ++v)
      tile.start.push_back(b_.load_vector(b_.at(bias, std::uint64_t{v} * vector_bytes())));
    llvm::Value* done = b_.getInt64(0);
    if (together > 1) {
      llvm::Value* most = b_.CreateAnd(steps_, ~std::uint64_t{together - 1});
      for_steps(tile, done, most, together);
      done = most;
    }
    for_steps(tile, done, steps_, 1);
  }

  void for_steps(const Tile& tile, llvm::Value* begin, llvm::Value* end, unsigned together) {
    b_.loop(begin, end, b_.getInt64(together), {}, [&](llvm::Value* step, llvm::ArrayRef<llvm::Value*>) {
      emit_steps(tile, step, together);
      return Values{};
    });
  }

  /// The sums of some steps advance together as far as the shortest list reaches.
  void emit_steps(const Tile& tile, llvm::Value* step, unsigned together) {
    Values bound;  // begin of each step's events, and the end of the last one's
    for (unsigned i = 0; i <= together; ++i)
      bound.push_back(b_.load_word(bounds_, b_.CreateAdd(step, b_.getInt64(i))));
    const std::size_t vectors = tile.vectors;
    Values sums;
    for (unsigned i = 0; i < together; ++i) {
      if (!of_block_) {
        sums.append(tile.start.begin(), tile.start.end());
        continue;
      }
      llvm::Value* row = currents_of(tile, b_.CreateAdd(step, b_.getInt64(i)));
      for (std::size_t v = 0; v < vectors; ++v)
        sums.push_back(b_.load_vector(b_.at(row, v * vector_bytes())));
    }
    llvm::Value* common = b_.CreateSub(bound[1], bound[0]);
    for (unsigned i = 1; i < together; ++i) common = b_.minimum(common, b_.CreateSub(bound[i + 1], bound[i]));
    if (together > 1)
      sums =
          b_.loop(b_.getInt64(0), common, b_.getInt64(1), sums,
                  [&](llvm::Value* e, llvm::ArrayRef<llvm::Value*> now) {
                    Values next;
                    for (unsigned i = 0; i < together; ++i)
                      next.append(add_row(tile, b_.CreateAdd(bound[i], e), now.slice(i * vectors, vectors)));
                    return next;
                  });
    for (unsigned i = 0; i < together; ++i) {
      llvm::Value* from = together > 1 ? b_.CreateAdd(bound[i], common) : bound[i];
      const llvm::ArrayRef<llvm::Value*> all = sums;
      const Values sum =
          b_.loop(from, bound[i + 1], b_.getInt64(1), all.slice(i * vectors, vectors),
                  [&](llvm::Value* e, llvm::ArrayRef<llvm::Value*> now) { return add_row(tile, e, now); });
      store(tile, b_.CreateAdd(step, b_.getInt64(i)), sum);
    }
  }

  Values add_row(const Tile& tile, llvm::Value* event, llvm::ArrayRef<llvm::Value*> sum) {
    llvm::Value* number = b_.load_word(numbers_, event);
    llvm::Value* offset = b_.CreateMul(number, tile.row_bytes);
    llvm::SmallVector<llvm::Value*, 2> rows;
    for (llvm::Value* weights : tile.weights) rows.push_back(b_.at(weights, offset));
    const std::size_t in_row = sum.size() / rows.size();
    llvm::Value* x = nullptr;
    if (values_)
      x = b_.splat(b_.CreateAlignedLoad(b_.getFloatTy(), b_.word_address(values_, event), llvm::Align(4)));
    if (tile.ahead)
      b_.CreateIntrinsic(llvm::Intrinsic::prefetch, {b_.getPtrTy()},
                         {b_.CreateGEP(b_.getInt8Ty(), tile.ahead, b_.CreateMul(event, ahead_stride_)),
                          b_.getInt32(0), b_.getInt32(2), b_.getInt32(1)});
    Values next;
    for (std::size_t v = 0; v < sum.size(); ++v) {
      llvm::Value* w = b_.load_vector(b_.at(rows[v / in_row], std::uint64_t{v % in_row} * vector_bytes()));
      // An event of value 1 is a plain add: w * 1 is exact, so fma and add give the same bits.
      next.push_back(x ? b_.fma(w, x, sum[v]) : b_.fadd(sum[v], w));
    }
    return next;
  }

  llvm::Value* currents_of(const Tile& tile, llvm::Value* step) {
    return b_.at(tile.currents, b_.CreateMul(step, b_.getInt64(of_block_ ? kBlockStride : kCurrentStride)));
  }

  void store(const Tile& tile, llvm::Value* step, const Values& sum) {
    llvm::Value* to = currents_of(tile, step);
    for (std::size_t v = 0; v < sum.size(); ++v) {
      // Turns a -0 into +0, which a sum of weights alone never is: it starts from +0 or a bias that is not
      // -0.
      llvm::Value* y = values_ ? b_.fadd(sum[v], b_.f32(0)) : sum[v];
      b_.store_vector(y, b_.at(to, std::uint64_t{v} * vector_bytes()));
    }
  }

  VectorBuilder& b_;
  bool of_block_;
  llvm::Value *weights_, *distance_, *row_bytes_, *width_, *bias_, *steps_, *bounds_, *numbers_, *currents_,
      *strip_, *values_, *ahead_, *ahead_stride_;
};

}  // namespace

void emit_bring_near(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p) {
  b.loop(b.getInt64(0), p[1], b.getInt64(64), {}, [&](llvm::Value* at, llvm::ArrayRef<llvm::Value*>) {
    // A load, not a prefetch: it takes the memory's own prefetcher along.
    b.CreateLoad(b.getInt64Ty(), b.at(p[0], at), /*isVolatile=*/true);
    return Values{};
  });
  b.CreateRetVoid();
}

void emit_add_events(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p, bool values, bool of_block) {
  EventAdder(b, p, values, of_block).run();
  b.CreateRetVoid();
}

}  // namespace spikeloom
