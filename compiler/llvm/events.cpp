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
    llvm::Value* outputs = strip_;
    if (may_pair()) {
      llvm::Value* pair = b_.getInt64(std::uint64_t{2} * half());
      is_pair_ = b_.CreateAnd(b_.CreateICmpEQ(width_, pair), b_.CreateICmpEQ(strip_, b_.getInt64(half())));
      outputs = b_.CreateSelect(is_pair_, pair, strip_);
    }
    b_.loop(b_.getInt64(0), width_, outputs, {}, [&](llvm::Value* strip, llvm::ArrayRef<llvm::Value*>) {
      emit_strip(strip, outputs);
      return Values{};
    });
  }

 private:
  struct Tile {
    llvm::SmallVector<llvm::Value*, 2> weights;  // as many of the vectors each
    llvm::Value *row_bytes, *currents;
    unsigned vectors;
    llvm::Value* ahead = nullptr;  // fetched while rows are added
    Values start = {};             // of every step, unless it is one of a block
  };
  unsigned vector_bytes() const { return b_.lanes() * 4; }
  /// Eight lanes take two strips at once where they are all there is, and strips of 32 outputs, which are
  /// half as wide as others, two steps at a time.
  bool may_pair() const { return b_.lanes() == 8 && !of_block_; }
  unsigned half() const { return 4 * b_.lanes(); }

  void emit_strip(llvm::Value* strip, llvm::Value* outputs) {
    llvm::Value* width = b_.minimum(outputs, b_.CreateSub(width_, strip));
    llvm::Value* row = is_pair_ ? b_.minimum(strip_, width) : width;
    llvm::Value* row_bytes = b_.CreateSelect(b_.CreateIsNull(row_bytes_), b_.CreateShl(row, 2), row_bytes_);
    llvm::Value* weights = b_.at(weights_, b_.CreateShl(b_.CreateMul(strip, distance_), 2));
    const auto emit = [&](llvm::Value* begin, llvm::Value* end, unsigned vectors, unsigned together) {
      llvm::Value* some = b_.getInt64(std::uint64_t{vectors} * b_.lanes());
      b_.loop(begin, end, some, {}, [&](llvm::Value* o, llvm::ArrayRef<llvm::Value*>) {
        llvm::Value* offset = b_.CreateShl(b_.CreateAdd(strip, o), 2);
        Tile tile{{b_.at(weights, b_.CreateShl(o, 2))}, row_bytes, b_.at(currents_, offset), vectors};
        if (is_pair_ && together == 1) {
          llvm::Value* apart = b_.CreateSelect(is_pair_, distance_, b_.getInt64(1));
          tile.weights.push_back(b_.at(tile.weights[0], b_.CreateMul(apart, b_.getInt64(half() * 4))));
          tile.ahead = ahead_;
        }
        emit_tile(std::move(tile), b_.at(bias_, offset), together);
        return Values{};
      });
    };
    const unsigned vectors = b_.lanes() == 16 ? 4 : 8, narrow = 16 / b_.lanes();
    llvm::Value* whole = b_.CreateAnd(width, ~std::uint64_t{vectors * b_.lanes() - 1});
    const auto emit_whole = [&] { emit(b_.getInt64(0), whole, vectors, b_.lanes() == 16 ? 2 : 1); };
    if (may_pair()) {
      llvm::Value* is_half = b_.CreateICmpEQ(outputs, b_.getInt64(half()));
      whole = b_.CreateSelect(is_half, b_.CreateAnd(width, ~std::uint64_t{half() - 1}), whole);
      b_.if_else(is_half, [&] { emit(b_.getInt64(0), whole, vectors / 2, 2); }, emit_whole);
    } else {
      emit_whole();
    }
    // A single vector needs more steps to keep as many sums going.
    if (vectors > narrow) emit(whole, width, narrow, narrow == 1 ? kStepsAtOnce : 4);
  }

  void emit_tile(Tile tile, llvm::Value* bias, unsigned together) {
    for (unsigned v = 0; v < tile.vectors && !of_block_; ++v)
      tile.start.push_back(b_.load_vector(b_.at(bias, std::uint64_t{v} * vector_bytes())));
    b_.loop(b_.getInt64(0), steps_, b_.getInt64(together), {},
            [&](llvm::Value* step, llvm::ArrayRef<llvm::Value*>) {
              emit_steps(tile, step, together);
              return Values{};
            });
  }

  /// The sums of some steps advance together as far as the shortest list reaches. There is room for those
  /// behind the last one, which have no events.
  void emit_steps(const Tile& tile, llvm::Value* step, unsigned together) {
    Values bound, rows, sums;  // begin of each step's events, and the end of the last one's
    for (unsigned i = 0; i <= together; ++i)
      bound.push_back(b_.load_word(bounds_, b_.CreateAdd(step, b_.getInt64(i))));
    llvm::Value* common = nullptr;
    for (unsigned i = 0; i < together; ++i) {
      rows.push_back(currents_of(tile, b_.CreateAdd(step, b_.getInt64(i))));
      sums.append(begin_of_sums(tile, rows[i]));
      llvm::Value* count = b_.CreateSub(bound[i + 1], bound[i]);
      common = common ? b_.minimum(common, count) : count;
    }
    if (together == 1) return store(rows[0], add_rows(tile, bound[0], bound[1], sums));
    const std::size_t vectors = tile.vectors;
    sums = b_.loop(b_.getInt64(0), common, b_.getInt64(1), sums,
                   [&](llvm::Value* e, llvm::ArrayRef<llvm::Value*> now) {
                     Values next;
                     for (unsigned i = 0; i < together; ++i)
                       next.append(add_row(tile, b_.CreateAdd(bound[i], e), now.slice(i * vectors, vectors)));
                     return next;
                   });
    if (together == 2) return finish_longer(tile, bound, rows, sums, common);
    for (unsigned i = 0; i < together; ++i) store_sums(rows[i], slice(sums, i, vectors));
    llvm::Value* end = b_.minimum(b_.CreateAdd(step, b_.getInt64(together)), steps_);
    b_.loop(step, end, b_.getInt64(1), {}, [&](llvm::Value* mine, llvm::ArrayRef<llvm::Value*>) {
      llvm::Value* row = currents_of(tile, mine);
      llvm::Value* from = b_.CreateAdd(b_.load_word(bounds_, mine), common);
      llvm::Value* to = b_.load_word(bounds_, b_.CreateAdd(mine, b_.getInt64(1)));
      store(row, add_rows(tile, from, to, load_sums(row, vectors)));
      return Values{};
    });
  }

  /// One of two lists has ended.
  void finish_longer(const Tile& tile, const Values& bound, const Values& rows, const Values& sums,
                     llvm::Value* common) {
    llvm::Value* is_first =
        b_.CreateICmpUGT(b_.CreateSub(bound[1], bound[0]), b_.CreateSub(bound[2], bound[1]));
    const auto choose = [&](llvm::Value* first, llvm::Value* second) {
      return b_.CreateSelect(is_first, first, second);
    };
    Values longer, shorter;
    for (std::size_t v = 0; v < tile.vectors; ++v) {
      longer.push_back(choose(sums[v], sums[tile.vectors + v]));
      shorter.push_back(choose(sums[tile.vectors + v], sums[v]));
    }
    store(choose(rows[1], rows[0]), shorter);
    const Values end =
        add_rows(tile, b_.CreateAdd(choose(bound[0], bound[1]), common), choose(bound[1], bound[2]), longer);
    store(choose(rows[0], rows[1]), end);
  }

  static Values slice(const Values& sums, std::size_t i, std::size_t vectors) {
    return {sums.begin() + i * vectors, sums.begin() + (i + 1) * vectors};
  }

  Values begin_of_sums(const Tile& tile, llvm::Value* row) {
    return of_block_ ? load_sums(row, tile.vectors) : tile.start;
  }

  Values load_sums(llvm::Value* row, std::size_t vectors) {
    Values sums;
    for (std::size_t v = 0; v < vectors; ++v) sums.push_back(b_.load_vector(b_.at(row, v * vector_bytes())));
    return sums;
  }

  void store_sums(llvm::Value* row, const Values& sums) {
    for (std::size_t v = 0; v < sums.size(); ++v) b_.store_vector(sums[v], b_.at(row, v * vector_bytes()));
  }

  Values add_rows(const Tile& tile, llvm::Value* from, llvm::Value* to, llvm::ArrayRef<llvm::Value*> sums) {
    return b_.loop(from, to, b_.getInt64(1), sums,
                   [&](llvm::Value* e, llvm::ArrayRef<llvm::Value*> now) { return add_row(tile, e, now); });
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

  /// Sums that are complete.
  void store(llvm::Value* row, Values sums) {
    // Turns a -0 into +0, which a sum of weights alone never is: it starts from +0 or a bias that is not -0.
    if (values_)
      for (llvm::Value*& sum : sums) sum = b_.fadd(sum, b_.f32(0));
    store_sums(row, sums);
  }

  VectorBuilder& b_;
  bool of_block_;
  llvm::Value* is_pair_ = nullptr;
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
