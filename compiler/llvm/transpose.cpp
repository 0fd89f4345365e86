// Values that lie channels innermost, written channel by channel.
#include "llvm/drive.h"

namespace spikeloom {
namespace {

class Transposer {
 public:
  Transposer(VectorBuilder& b, llvm::Value* from, llvm::Value* stride, llvm::Value* places,
             llvm::Value* channels, llvm::Value* to, bool clean)
      : b_(b),
        from_(from),
        stride_(stride),
        places_(places),
        channels_(channels),
        to_(to),
        clean_(clean),
        lanes_(b_.getInt64(b_.lanes())) {}

  /// Squares of lanes x lanes. The last places of a channel are written twice where they fill no square, so
  /// there must be that many; a channel of fewer places is written one by one.
  void run() {
    if (b_.lanes() == 1) return one_by_one();
    b_.if_else(
        b_.CreateICmpUGE(places_, lanes_),
        [&] {
          llvm::Value* last = b_.CreateSub(places_, lanes_);
          for_each(
              b_.getInt64(0), places_,
              [&](llvm::Value* place) {
                llvm::Value* first = b_.minimum(place, last);
                for_each(
                    b_.getInt64(0), channels_, [&](llvm::Value* channel) { square(first, channel); },
                    b_.lanes());
              },
              b_.lanes());
        },
        [&] { one_by_one(); });
  }

 private:
  void for_each(llvm::Value* begin, llvm::Value* end, llvm::function_ref<void(llvm::Value*)> body,
                std::uint64_t step = 1) {
    b_.loop(begin, end, b_.getInt64(step), {}, [&](llvm::Value* index, llvm::ArrayRef<llvm::Value*>) {
      body(index);
      return Values{};
    });
  }
  llvm::Value* source(llvm::Value* place, llvm::Value* channel) {
    return b_.at(from_, b_.CreateShl(b_.CreateAdd(b_.CreateMul(place, stride_), channel), 2));
  }
  llvm::Value* target(llvm::Value* place, llvm::Value* channel) {
    return b_.at(to_, b_.CreateShl(b_.CreateAdd(b_.CreateMul(channel, places_), place), 2));
  }

  void one_by_one() {
    for_each(b_.getInt64(0), channels_, [&](llvm::Value* channel) {
      for_each(b_.getInt64(0), places_, [&](llvm::Value* place) {
        llvm::Value* x = b_.CreateAlignedLoad(b_.getFloatTy(), source(place, channel), llvm::Align(4));
        if (clean_) x = b_.CreateFAdd(x, llvm::ConstantFP::get(b_.getFloatTy(), 0));
        b_.CreateAlignedStore(x, target(place, channel), llvm::Align(4));
      });
    });
  }

  void square(llvm::Value* place, llvm::Value* channel) {
    const unsigned n = b_.lanes();
    Values rows;
    for (unsigned i = 0; i < n; ++i) {
      llvm::Value* row = b_.load_vector(source(b_.CreateAdd(place, b_.getInt64(i)), channel));
      rows.push_back(clean_ ? b_.fadd(row, b_.f32(0)) : row);
    }
    for (unsigned distance = 1; distance < n; distance *= 2) exchange(rows, distance);
    const auto store = [&](unsigned i) {
      b_.CreateAlignedStore(rows[i], target(place, b_.CreateAdd(channel, b_.getInt64(i))), llvm::Align(4));
    };
    llvm::Value* left = b_.CreateSub(channels_, channel);
    b_.if_else(
        b_.CreateICmpUGE(left, lanes_),
        [&] {
          for (unsigned i = 0; i < n; ++i) store(i);
        },
        [&] {
          for (unsigned i = 0; i < n; ++i)
            b_.if_then(b_.CreateICmpULT(b_.getInt64(i), left), [&] { store(i); });
        });
  }

  /// Rows and lanes whose numbers differ in one bit change places.
  void exchange(Values& rows, unsigned distance) {
    const unsigned n = b_.lanes();
    llvm::SmallVector<int, 16> low(n), high(n);
    for (unsigned lane = 0; lane < n; ++lane) {
      const bool other = lane & distance;
      low[lane] = static_cast<int>(other ? n + lane - distance : lane);
      high[lane] = static_cast<int>(other ? n + lane : lane + distance);
    }
    for (unsigned i = 0; i < n; ++i) {
      if (i & distance) continue;
      llvm::Value *x = rows[i], *y = rows[i + distance];
      rows[i] = b_.CreateShuffleVector(x, y, low);
      rows[i + distance] = b_.CreateShuffleVector(x, y, high);
    }
  }

  VectorBuilder& b_;
  llvm::Value *from_, *stride_, *places_, *channels_, *to_;
  bool clean_;
  llvm::Value* lanes_;
};

}  // namespace

void emit_turn(VectorBuilder& b, llvm::ArrayRef<llvm::Value*> p, bool clean) {
  Transposer(b, p[0], p[1], p[2], p[3], p[4], clean).run();
  b.CreateRetVoid();
}

}  // namespace spikeloom
