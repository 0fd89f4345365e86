// Pools of rows: each vector of outputs gathers the elements of its windows, in their order; and rows that
// are given for each step.
#include <llvm/IR/Intrinsics.h>

#include <cstddef>
#include <limits>

#include "llvm/drive.h"
#include "llvm/kernel_frame.h"
#include "llvm/tile.h"
#include "llvm/windows.h"

namespace spikeloom {
namespace {

class PoolEmitter {
  enum Operand : unsigned { kInput, kGeometry, kFirsts, kDivisors, kOutput, kScratch };

 public:
  PoolEmitter(KernelFrame& f, const PoolKernel& kernel, DriveCode& drives)
      : f_(f), b_(f.b), k_(kernel), drives_(drives), grid_(f, kGeometry) {}

  void emit() {
    largest_ = k_.how == Pool::How::largest;
    border_ = b_.f32(largest_ ? -std::numeric_limits<float>::infinity() : 0.0f);
    floats_ = f_.operand(kScratch).base;
    plane_ = b_.at(floats_, b_.CreateMul(grid_[kPoolPlaneAt], word(64)));
    firsts_ = f_.operand(kFirsts).base;
    divisors_ = f_.operand(kDivisors).base;
    if (k_.has_border) fill_border();
    f_.for_each_sample([&](llvm::Value* sample) {
      const Row input = f_.operand(kInput, sample), output = f_.operand(kOutput, sample);
      f_.for_each(word(0), f_.steps, [&](llvm::Value* step) {
        llvm::Value* from = plane_of(f_.row(input, step));
        emit_outputs(from, f_.row(output, step));
      });
    });
    f_.close();
  }

 private:
  llvm::Value* word(std::uint64_t x) { return b_.getInt64(x); }

  /// Once a call: only what lies within the border is written again.
  void fill_border() {
    llvm::Value* channels = b_.CreateUDiv(grid_[kPoolRows], grid_[kPoolRowsOfChannel]);
    llvm::Value* n = b_.CreateMul(channels, b_.CreateMul(grid_[kPoolPlaneRows], grid_[kPoolPlaneColumns]));
    f_.for_each(
        word(0), b_.round_up(n, 16),
        [&](llvm::Value* at) { b_.store_vector(border_, b_.at(plane_, b_.CreateShl(at, 2))); }, b_.lanes());
  }

  /// Where the windows' elements lie as floats.
  llvm::Value* plane_of(llvm::Value* row) {
    if (k_.input == SPIKELOOM_BITS) {
      drives_.expand_bits({k_.input, row, word(0)}, word(1), grid_[kPoolInputs], floats_);
      row = floats_;
    }
    if (!k_.has_border) return row;
    llvm::Value *columns = grid_[kPoolColumns], *plane_columns = grid_[kPoolPlaneColumns];
    llvm::Value* border_rows = b_.CreateSub(grid_[kPoolPlaneRows], grid_[kPoolRowsOfChannel]);
    llvm::Value* start =
        b_.CreateAdd(b_.CreateMul(grid_[kPoolRowsBefore], plane_columns), grid_[kPoolColumnsBefore]);
    f_.for_each(
        word(0), b_.CreateUDiv(grid_[kPoolRows], grid_[kPoolRowsOfChannel]), [&](llvm::Value* channel) {
          llvm::Value* first = b_.CreateMul(channel, grid_[kPoolRowsOfChannel]);
          llvm::Value* skipped = b_.CreateMul(channel, border_rows);
          f_.for_each(first, b_.CreateAdd(first, grid_[kPoolRowsOfChannel]), [&](llvm::Value* r) {
            llvm::Value* to = b_.CreateAdd(b_.CreateMul(b_.CreateAdd(r, skipped), plane_columns), start);
            b_.CreateMemCpy(b_.at(plane_, b_.CreateShl(to, 2)), llvm::Align(4),
                            b_.at(row, b_.CreateShl(b_.CreateMul(r, columns), 2)), llvm::Align(4),
                            b_.CreateShl(columns, 2));
          });
        });
    return plane_;
  }

  void emit_outputs(llvm::Value* plane, llvm::Value* output) {
    const bool bits = largest_ && k_.input == SPIKELOOM_BITS;
    // Bits of less than a byte are written with their neighbours: a tile is a byte at least.
    const unsigned vectors = bits && b_.lanes() < 8 ? 8 / b_.lanes() : 1;
    if (bits) {  // those behind the last neuron are 0
      llvm::Value* last = b_.CreateLShr(b_.CreateSub(f_.size(0), word(1)), 6);
      b_.CreateAlignedStore(word(0), b_.at(output, b_.CreateShl(last, 3)), llvm::Align(8));
    }
    f_.for_each(
        word(0), f_.size(0),
        [&](llvm::Value* first) {
          Values values;
          for (unsigned v = 0; v < vectors; ++v)
            values.push_back(window(plane, b_.CreateAdd(first, word(std::uint64_t{v} * b_.lanes()))));
          if (!bits) return b_.store_vector(values[0], b_.at(output, b_.CreateShl(first, 2)));
          Values spikes;
          for (unsigned v = 0; v < vectors; ++v) {
            const Tile mine{b_.CreateAdd(first, word(std::uint64_t{v} * b_.lanes())), 1, true};
            spikes.push_back(b_.land(b_.fgt(values[v], b_.f32(0)), existing_neurons(b_, f_.size(0), mine)));
          }
          store_bits(b_, spikes, nullptr, output, {first, vectors, true});
        },
        std::uint64_t{vectors} * b_.lanes());
  }

  /// The pooled values of a vector of outputs.
  llvm::Value* window(llvm::Value* plane, llvm::Value* first) {
    llvm::Value* at = b_.at(firsts_, b_.CreateShl(first, 2));
    llvm::Value* places = b_.CreateZExt(b_.CreateAlignedLoad(b_.vector(b_.getInt32Ty()), at, llvm::Align(4)),
                                        b_.vector(b_.getInt64Ty()));
    llvm::Value* ones = llvm::Constant::getAllOnesValue(b_.mask_vector());
    llvm::Value* start = largest_ ? border_ : b_.f32(0);
    llvm::Value* pooled = b_.loop(
        word(0), grid_[kPoolKernelRows], word(1), {start},
        [&](llvm::Value* row, llvm::ArrayRef<llvm::Value*> outer) {
          llvm::Value* from = b_.at(plane, b_.CreateShl(b_.CreateMul(row, grid_[kPoolPlaneColumns]), 2));
          return b_.loop(word(0), grid_[kPoolKernelColumns], word(1), outer,
                         [&](llvm::Value* column, llvm::ArrayRef<llvm::Value*> now) {
                           llvm::Value* origin = b_.at(from, b_.CreateShl(column, 2));
                           llvm::Value* x = b_.CreateMaskedGather(
                               b_.float_vector(), b_.CreateGEP(b_.getFloatTy(), origin, places),
                               llvm::Align(4), ones);
                           if (largest_) return Values{b_.select(b_.fgt(x, now[0]), x, now[0])};
                           return Values{b_.fadd(now[0], x)};
                         });
        })[0];
    if (k_.how != Pool::How::average) return pooled;
    llvm::Value* divisor = b_.load_vector(k_.uniform ? divisors_ : b_.at(divisors_, b_.CreateShl(first, 2)));
    return b_.fdiv(pooled, divisor);
  }

  KernelFrame& f_;
  VectorBuilder& b_;
  const PoolKernel k_;
  DriveCode& drives_;
  FactTable grid_;
  bool largest_ = false;
  llvm::Value *border_ = nullptr, *floats_ = nullptr, *plane_ = nullptr, *firsts_ = nullptr,
              *divisors_ = nullptr;
};

}  // namespace

void emit_pool(KernelFrame& frame, const PoolKernel& kernel, DriveCode& drives) {
  PoolEmitter(frame, kernel, drives).emit();
}

void emit_sequence(KernelFrame& f, const SequenceKernel&) {
  VectorBuilder& b = f.b;
  llvm::Value *steps = f.size(1), *channels = f.size(2), *zero = b.getInt64(0);
  llvm::Value* rows = f.operand(0u).base;
  llvm::Value* places = b.CreateUDiv(f.size(0), channels);
  llvm::Value* lanes = b.getInt64(b.lanes());
  llvm::Value* number = f.field64(offsetof(spikeloom_call, step));
  llvm::Value* last = b.CreateSub(steps, b.getInt64(1));
  f.for_each_sample([&](llvm::Value* sample) {
    const Row output = f.operand(1, sample);
    f.for_each(zero, f.steps, [&](llvm::Value* step) {
      llvm::Value* given = b.CreateMul(b.minimum(b.CreateAdd(number, step), last), channels);
      llvm::Value* row = f.row(output, step);
      f.for_each(zero, channels, [&](llvm::Value* channel) {
        llvm::Value* x = f.load_float(rows, b.CreateAdd(given, channel));
        llvm::Value* first = b.CreateMul(channel, places);
        // A vector that is not full is written over the one before it.
        b.if_else(
            b.CreateICmpUGE(places, lanes),
            [&] {
              llvm::Value* most = b.CreateSub(places, lanes);
              f.for_each(
                  zero, places,
                  [&](llvm::Value* at) {
                    llvm::Value* to = b.CreateAdd(first, b.minimum(at, most));
                    b.CreateAlignedStore(b.splat(x), b.at(row, b.CreateShl(to, 2)), llvm::Align(4));
                  },
                  b.lanes());
            },
            [&] {
              f.for_each(zero, places,
                         [&](llvm::Value* at) { f.store_float(row, b.CreateAdd(first, at), x); });
            });
      });
    });
  });
  f.close();
}

}  // namespace spikeloom
