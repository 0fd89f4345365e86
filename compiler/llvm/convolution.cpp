// Convolutions: the events of a step are listed, then each adds the weights of its channel to the places that
// see it, channels innermost; or all places are computed densely. Sums run over ascending inputs either way.
#include <llvm/IR/Intrinsics.h>

#include <cstddef>
#include <limits>

#include "llvm/drive.h"
#include "llvm/kernel_frame.h"
#include "llvm/windows.h"

namespace spikeloom {
namespace {

constexpr std::uint64_t kUnit = 64;  // bytes

class ConvolutionEmitter {
  enum Operand : unsigned {
    kInput,
    kGeometry,
    kRows,
    kColumns,
    kWindow,
    kWeights,
    kBias,
    kFacts,
    kPoolRows,  // where there is a pool
    kPoolColumns,
    kPoolDivisors,
    kOwnValues
  };

 public:
  ConvolutionEmitter(KernelFrame& f, const ConvolutionKernel& kernel, DriveCode& drives)
      : f_(f), b_(f.b), k_(kernel), drives_(drives), grid_(f, kGeometry) {}

  void emit() {
    inputs_ = grid_[kInputs];
    strip_bytes_ = b_.CreateShl(grid_[kStrip], 2);
    places_ = b_.CreateMul(grid_[kRowsOut], grid_[kColumnsOut]);
    const unsigned output_operand = k_.pool ? kOwnValues + 1 : kPoolRows;
    scratch_ = f_.operand(output_operand + 1).base;
    sums_ = b_.at(scratch_, b_.CreateMul(grid_[kSumsAt], word(kUnit)));
    weights_ = f_.operand(kWeights).base;
    bias_ = f_.operand(kBias).base;
    capacity_ = b_.CreateAdd(b_.round_up(inputs_, 16), word(16));
    group_bytes_ = b_.CreateMul(places_, strip_bytes_);
    f_.for_each_sample([&](llvm::Value* sample) {
      const Row input = f_.operand(kInput, sample), output = f_.operand(output_operand, sample);
      f_.for_each(word(0), f_.steps, [&](llvm::Value* step) {
        make_sums({k_.input, f_.row(input, step), word(0)});
        if (!k_.pool) return turn(sums_, places_, f_.row(output, step), has_values());
        const Row own = f_.operand(kOwnValues, sample);
        b_.if_then(b_.CreateIsNotNull(own.base),
                   [&] { turn(sums_, places_, f_.row(own, step), has_values()); });
        llvm::Value* pooled = b_.at(scratch_, b_.CreateMul(grid_[kPooledAt], word(kUnit)));
        llvm::Value* places = b_.CreateMul(grid_[kPooledRows], grid_[kPooledColumns]);
        make_pooled(pooled, places);
        turn(pooled, places, f_.row(output, step), false);
      });
    });
    f_.close();
  }

 private:
  llvm::Value* word(std::uint64_t x) { return b_.getInt64(x); }

  /// Where values are not 0 or 1, a product that underflows may leave a -0.
  bool has_values() const { return k_.input == SPIKELOOM_FLOAT; }

  void make_sums(const DriveCode::Input& input) {
    llvm::Value* events = drives_.list_events(input, word(1), inputs_, capacity_, scratch_);
    const auto by_events = [&] {
      begin_sums();
      add_events(events);
    };
    if (!k_.may_be_dense) return by_events();
    llvm::Value* from = b_.load_word(f_.operand(kFacts).base, word(kDenseFrom));
    llvm::Value* many = b_.CreateICmpUGE(b_.CreateShl(events, 16), b_.CreateMul(inputs_, from));
    b_.if_else(many, [&] { emit_dense(input); }, by_events);
  }

  /// Writes sums or what a pool made of them to a row, channel by channel.
  void turn(llvm::Value* from, llvm::Value* places, llvm::Value* row, bool clean) {
    f_.for_each(word(0), grid_[kGroups], [&](llvm::Value* group) {
      llvm::Value *channels = grid_[kOutOfGroup], *before = b_.CreateMul(group, places);
      drives_.turn(b_.at(from, b_.CreateMul(before, strip_bytes_)), grid_[kStrip], places, channels,
                   b_.at(row, b_.CreateShl(b_.CreateMul(before, channels), 2)), clean);
    });
  }

  void begin_sums() {
    f_.for_each(word(0), grid_[kGroups], [&](llvm::Value* group) {
      llvm::Value* sums = b_.at(sums_, b_.CreateMul(group, group_bytes_));
      llvm::Value* bias = b_.at(bias_, b_.CreateMul(group, strip_bytes_));
      f_.for_each(
          word(0), strip_bytes_,
          [&](llvm::Value* at) {
            Values start;
            for (unsigned v = 0; v < unit_vectors(); ++v)
              start.push_back(b_.load_vector(vector_at(b_.at(bias, at), v)));
            f_.for_each(
                at, group_bytes_,
                [&](llvm::Value* place) {
                  for (unsigned v = 0; v < unit_vectors(); ++v)
                    b_.store_vector(start[v], vector_at(b_.at(sums, place), v));
                },
                strip_bytes_);
          },
          kUnit);
    });
  }

  // ---- pools

  /// The windows of every place, over vectors of channels. Windows that lie within the sample have one size
  /// and stand one stride apart: some are pooled together.
  void make_pooled(llvm::Value* pooled, llvm::Value* places) {
    llvm::Value *rows = f_.operand(kPoolRows).base, *columns = f_.operand(kPoolColumns).base;
    llvm::Value* end = grid_[kPooledColumns];
    const auto first_of = [&](llvm::Value* table, llvm::Value* place) {
      return b_.load_word(table, b_.CreateShl(place, 1));
    };
    const auto size_of = [&](llvm::Value* table, llvm::Value* place) {
      return b_.load_word(table, b_.CreateOr(b_.CreateShl(place, 1), word(1)));
    };
    f_.for_each(word(0), grid_[kGroups], [&](llvm::Value* group) {
      llvm::Value* sums = b_.at(sums_, b_.CreateMul(group, group_bytes_));
      llvm::Value* before = b_.CreateMul(group, places);
      f_.for_each(word(0), grid_[kPooledRows], [&](llvm::Value* row) {
        llvm::Value* first_row = unit_at(sums, first_of(rows, row));
        Window w;
        w.rows = size_of(rows, row);
        const auto some = [&](llvm::Value* column, unsigned together) {
          w.sums.clear();
          w.divisors.clear();
          w.columns = size_of(columns, column);
          llvm::Value* place = b_.CreateAdd(b_.CreateMul(row, end), column);
          for (unsigned t = 0; t < together; ++t) {
            w.sums.push_back(unit_at(first_row, first_of(columns, b_.CreateAdd(column, word(t)))));
            if (k_.pool == Pool::How::average)
              w.divisors.push_back(
                  b_.splat(f_.load_float(f_.operand(kPoolDivisors).base, b_.CreateAdd(place, word(t)))));
          }
          pool_places(w, b_.at(pooled, b_.CreateMul(b_.CreateAdd(before, place), strip_bytes_)));
          return b_.CreateAdd(column, word(together));
        };
        const unsigned most = b_.lanes() >= 8 ? 4 : b_.lanes() == 4 ? 2 : 1;
        b_.loop_while(
            {word(0)}, [&](llvm::ArrayRef<llvm::Value*> at) { return b_.CreateICmpULT(at[0], end); },
            [&](llvm::ArrayRef<llvm::Value*> at) {
              llvm::Value *column = at[0], *last = b_.CreateAdd(column, word(most - 1));
              if (most == 1) return Values{some(column, 1)};
              llvm::Value* exists = b_.CreateICmpULT(last, end);
              llvm::Value* within = b_.CreateSelect(exists, last, column);
              // A window that is clipped is smaller than one that is not.
              llvm::Value* whole = b_.CreateAnd(
                  exists, b_.CreateAnd(b_.CreateICmpEQ(size_of(columns, column), grid_[kPoolWindow]),
                                       b_.CreateICmpEQ(size_of(columns, within), grid_[kPoolWindow])));
              b_.if_else(whole, [&] { some(column, most); }, [&] { some(column, 1); });
              return Values{b_.CreateAdd(column, b_.CreateSelect(whole, word(most), word(1)))};
            });
      });
    });
  }

  /// Windows of one size.
  struct Window {
    Values sums, divisors;
    llvm::Value *rows = nullptr, *columns = nullptr;
  };

  void pool_places(const Window& w, llvm::Value* to) {
    const unsigned wide = b_.lanes() == 16 ? 4 : 1;  // units of channels at a time
    llvm::Value* whole = b_.CreateAnd(strip_bytes_, ~std::uint64_t{wide * kUnit - 1});
    const auto strips = [&](llvm::Value* begin, llvm::Value* end, unsigned units) {
      f_.for_each(
          begin, end, [&](llvm::Value* at) { pool_strip(w, at, units * unit_vectors(), to); }, units * kUnit);
    };
    strips(word(0), whole, wide);
    if (wide > 1) strips(whole, strip_bytes_, 1);
  }

  void pool_strip(const Window& w, llvm::Value* at, unsigned vectors, llvm::Value* to) {
    const bool largest = k_.pool == Pool::How::largest;
    llvm::Value* row_bytes = b_.CreateMul(grid_[kColumnsOut], strip_bytes_);
    const Values start(w.sums.size() * vectors,
                       b_.f32(largest ? -std::numeric_limits<float>::infinity() : 0.0f));
    const Values pooled =
        b_.loop(word(0), w.rows, word(1), start, [&](llvm::Value* row, llvm::ArrayRef<llvm::Value*> outer) {
          llvm::Value* from = b_.CreateAdd(b_.CreateMul(row, row_bytes), at);
          return b_.loop(
              word(0), w.columns, word(1), outer, [&](llvm::Value* column, llvm::ArrayRef<llvm::Value*> now) {
                llvm::Value* offset = b_.CreateAdd(from, b_.CreateMul(column, strip_bytes_));
                Values next;
                for (llvm::Value* sums : w.sums)
                  for (unsigned v = 0; v < vectors; ++v) {
                    llvm::Value *x = b_.load_vector(vector_at(b_.at(sums, offset), v)), *m = now[next.size()];
                    if (has_values()) x = b_.fadd(x, b_.f32(0));
                    next.push_back(largest ? b_.select(b_.fgt(x, m), x, m) : b_.fadd(m, x));
                  }
                return next;
              });
        });
    for (std::size_t t = 0; t < w.sums.size(); ++t) {
      llvm::Value* place = b_.at(to, b_.CreateAdd(b_.CreateMul(word(t), strip_bytes_), at));
      for (unsigned v = 0; v < vectors; ++v) {
        llvm::Value* x = pooled[t * vectors + v];
        b_.store_vector(w.divisors.empty() ? x : b_.fdiv(x, w.divisors[t]), vector_at(place, v));
      }
    }
  }

  // ---- events

  unsigned unit_vectors() { return 16 / b_.lanes(); }
  llvm::Value* vector_at(llvm::Value* base, unsigned v) {
    return b_.at(base, std::uint64_t{v} * b_.lanes() * 4);
  }

  void add_events(llvm::Value* events) {
    llvm::Value* numbers = b_.at(scratch_, kListHeader);
    if (k_.input == SPIKELOOM_BITS) return add_listed(numbers, nullptr, events);
    // Spikes that come as floats are spikes.
    llvm::Value* unit = b_.CreateLoad(b_.getInt32Ty(), b_.at(scratch_, kListUnit));
    b_.if_else(
        b_.CreateIsNotNull(unit), [&] { add_listed(numbers, nullptr, events); },
        [&] { add_listed(numbers, b_.at(numbers, b_.CreateShl(capacity_, 2)), events); });
  }

  void add_listed(llvm::Value* numbers, llvm::Value* values, llvm::Value* events) {
    llvm::Value *rows = f_.operand(kRows).base, *columns = f_.operand(kColumns).base;
    llvm::Value* channel_bytes = b_.CreateMul(grid_[kElements], strip_bytes_);
    f_.for_each(word(0), events, [&](llvm::Value* event) {
      llvm::Value* number = b_.load_word(numbers, event);
      llvm::Value* value = values ? b_.splat(f_.load_float(values, event)) : nullptr;
      llvm::Value* channel = grid_.divide(number, kInputDivisor);
      llvm::Value* rest = b_.CreateSub(number, b_.CreateMul(channel, grid_[kPlaneIn]));
      llvm::Value* row = grid_.divide(rest, kColumnDivisor);
      llvm::Value* column = b_.CreateSub(rest, b_.CreateMul(row, grid_[kColumnsIn]));
      llvm::Value* group = grid_.divide(channel, kGroupDivisor);
      llvm::Value* sums = b_.at(sums_, b_.CreateMul(group, group_bytes_));
      llvm::Value* weights = b_.at(weights_, b_.CreateMul(channel, channel_bytes));
      llvm::Value *first_run = b_.load_word(columns, column),
                  *end_runs = b_.load_word(columns, b_.CreateAdd(column, word(1)));
      f_.for_each(
          b_.load_word(rows, row), b_.load_word(rows, b_.CreateAdd(row, word(1))),
          [&](llvm::Value* hit) {
            llvm::Value* to = unit_at(sums, b_.load_word(rows, hit));
            llvm::Value* from = unit_at(weights, b_.load_word(rows, b_.CreateAdd(hit, word(1))));
            f_.for_each(
                first_run, end_runs,
                [&](llvm::Value* run) {
                  add_run(unit_at(to, b_.load_word(columns, run)),
                          unit_at(from, b_.load_word(columns, b_.CreateAdd(run, word(1)))),
                          b_.load_word(columns, b_.CreateAdd(run, word(2))), value);
                },
                3);
          },
          2);
    });
  }

  llvm::Value* unit_at(llvm::Value* base, llvm::Value* units) { return b_.at(base, b_.CreateShl(units, 6)); }

  void add_run(llvm::Value* sums, llvm::Value* weights, llvm::Value* units, llvm::Value* value) {
    constexpr unsigned kTogether = 4;
    llvm::Value* whole = b_.CreateAnd(units, ~std::uint64_t{kTogether - 1});
    const auto add = [&](llvm::Value* begin, llvm::Value* end, unsigned together) {
      f_.for_each(
          begin, end,
          [&](llvm::Value* unit) {
            llvm::Value *to = unit_at(sums, unit), *from = unit_at(weights, unit);
            for (unsigned v = 0; v < together * unit_vectors(); ++v) {
              llvm::Value* w = b_.load_vector(vector_at(from, v));
              llvm::Value* sum = b_.load_vector(vector_at(to, v));
              b_.store_vector(value ? b_.fma(w, value, sum) : b_.fadd(sum, w), vector_at(to, v));
            }
          },
          together);
    };
    if (b_.lanes() >= 8) add(word(0), whole, kTogether);
    add(b_.lanes() >= 8 ? whole : word(0), units, 1);
  }

  // ---- dense

  void emit_dense(const DriveCode::Input& input) {
    llvm::Value* plane = input.row;
    if (k_.input == SPIKELOOM_BITS) {
      plane = b_.at(scratch_, kListHeader);
      drives_.expand_bits(input, word(1), inputs_, plane);
    }
    llvm::Value* bordered = b_.at(scratch_, b_.CreateMul(grid_[kPlaneAt], word(kUnit)));
    llvm::Value* has_border = b_.CreateIsNotNull(grid_[kHasBorder]);
    b_.if_then(has_border, [&] { copy_into_plane(plane, bordered); });
    plane = b_.CreateSelect(has_border, bordered, plane);

    const unsigned wide = b_.lanes() == 16 ? 64 : b_.lanes() == 1 ? 4 : 16;
    f_.for_each(word(0), grid_[kGroups], [&](llvm::Value* group) {
      llvm::Value* whole = b_.CreateAnd(grid_[kStrip], ~std::uint64_t{wide - 1});
      const auto strips = [&](llvm::Value* begin, llvm::Value* end, unsigned channels, unsigned together) {
        f_.for_each(
            begin, end,
            [&](llvm::Value* channel) { dense_rows(plane, group, channel, channels / b_.lanes(), together); },
            channels);
      };
      strips(word(0), whole, wide, b_.lanes() >= 8 ? 4 : 2);
      if (wide > 16) strips(whole, grid_[kStrip], 16, 8);
    });
  }

  void copy_into_plane(llvm::Value* from, llvm::Value* plane) {
    llvm::Value* channels = b_.CreateMul(grid_[kGroups], grid_[kInOfGroup]);
    llvm::Value* channel_floats = b_.CreateMul(grid_[kPlaneRows], grid_[kPlaneColumns]);
    b_.CreateMemSet(plane, b_.getInt8(0), b_.CreateShl(b_.CreateMul(channels, channel_floats), 2),
                    llvm::Align(64));
    llvm::Value* columns = grid_[kColumnsIn];
    f_.for_each(word(0), channels, [&](llvm::Value* channel) {
      llvm::Value* first = b_.CreateMul(channel, grid_[kPlaneIn]);
      llvm::Value* to = b_.CreateAdd(b_.CreateMul(channel, channel_floats),
                                     b_.CreateMul(grid_[kRowsBefore], grid_[kPlaneColumns]));
      to = b_.CreateAdd(to, grid_[kColumnsBefore]);
      b_.loop(word(0), grid_[kPlaneIn], columns, {to},
              [&](llvm::Value* at, llvm::ArrayRef<llvm::Value*> place) {
                b_.CreateMemCpy(b_.at(plane, b_.CreateShl(place[0], 2)), llvm::Align(4),
                                b_.at(from, b_.CreateShl(b_.CreateAdd(first, at), 2)), llvm::Align(4),
                                b_.CreateShl(columns, 2));
                return Values{b_.CreateAdd(place[0], grid_[kPlaneColumns])};
              });
    });
  }

  /// Some vectors of channels, `together` columns at a time.
  void dense_rows(llvm::Value* plane, llvm::Value* group, llvm::Value* channel, unsigned vectors,
                  unsigned together) {
    llvm::Value* columns = grid_[kColumnsOut];
    f_.for_each(word(0), grid_[kRowsOut], [&](llvm::Value* row) {
      const auto tiles = [&](llvm::Value* begin, llvm::Value* end, unsigned count) {
        f_.for_each(
            begin, end,
            [&](llvm::Value* column) { dense_tile(plane, group, channel, vectors, row, column, count); },
            count);
      };
      llvm::Value* whole = b_.CreateAnd(columns, ~std::uint64_t{together - 1});
      tiles(word(0), whole, together);
      tiles(whole, columns, 1);
    });
  }

  void dense_tile(llvm::Value* plane, llvm::Value* group, llvm::Value* channel, unsigned vectors,
                  llvm::Value* row, llvm::Value* column, unsigned together) {
    llvm::Value *window = f_.operand(kWindow).base, *channel_bytes = b_.CreateShl(channel, 2);
    llvm::Value* bias = b_.at(b_.at(bias_, b_.CreateMul(group, strip_bytes_)), channel_bytes);
    Values start;
    for (unsigned t = 0; t < together; ++t)
      for (unsigned v = 0; v < vectors; ++v) start.push_back(b_.load_vector(vector_at(bias, v)));

    llvm::Value* plane_columns = grid_[kPlaneColumns];
    llvm::Value* plane_floats = b_.CreateMul(grid_[kPlaneRows], plane_columns);
    llvm::Value* first = b_.CreateMul(b_.CreateMul(row, grid_[kRowStride]), plane_columns);
    first = b_.CreateAdd(first, b_.CreateMul(column, grid_[kColumnStride]));
    llvm::Value* in_of_group = grid_[kInOfGroup];
    llvm::Value* first_in = b_.CreateMul(group, in_of_group);
    llvm::Value* window_bytes = b_.CreateMul(grid_[kElements], strip_bytes_);
    llvm::Value* elements_end = b_.CreateShl(grid_[kElements], 1);
    const Values sums = b_.loop(
        first_in, b_.CreateAdd(first_in, in_of_group), word(1), start,
        [&](llvm::Value* in, llvm::ArrayRef<llvm::Value*> outer) {
          llvm::Value* x = b_.at(plane, b_.CreateShl(b_.CreateAdd(b_.CreateMul(in, plane_floats), first), 2));
          llvm::Value* w = b_.at(b_.at(weights_, b_.CreateMul(in, window_bytes)), channel_bytes);
          return b_.loop(word(0), elements_end, word(2), outer,
                         [&](llvm::Value* element, llvm::ArrayRef<llvm::Value*> sum) {
                           return add_element(
                               b_.at(x, b_.CreateShl(b_.load_word(window, element), 2)),
                               unit_at(w, b_.load_word(window, b_.CreateAdd(element, word(1)))), vectors,
                               together, sum);
                         });
        });

    llvm::Value* place = b_.CreateAdd(b_.CreateMul(row, grid_[kColumnsOut]), column);
    llvm::Value* to = b_.at(b_.at(sums_, b_.CreateMul(group, group_bytes_)), channel_bytes);
    for (unsigned t = 0; t < together; ++t) {
      llvm::Value* at = b_.at(to, b_.CreateMul(b_.CreateAdd(place, word(t)), strip_bytes_));
      for (unsigned v = 0; v < vectors; ++v) b_.store_vector(sums[t * vectors + v], vector_at(at, v));
    }
  }

  Values add_element(llvm::Value* x, llvm::Value* w, unsigned vectors, unsigned together,
                     llvm::ArrayRef<llvm::Value*> sums) {
    Values weights, next;
    for (unsigned v = 0; v < vectors; ++v) weights.push_back(b_.load_vector(vector_at(w, v)));
    for (unsigned t = 0; t < together; ++t) {
      llvm::Value* value = b_.splat(f_.load_float(x, b_.CreateMul(word(t), grid_[kColumnStride])));
      for (unsigned v = 0; v < vectors; ++v)
        next.push_back(multiply_add(weights[v], value, sums[t * vectors + v]));
    }
    return next;
  }

  /// A CPU without fma computes densely only what came from bits: w * 0 and w * 1 are exact.
  llvm::Value* multiply_add(llvm::Value* w, llvm::Value* x, llvm::Value* sum) {
    return b_.has_fma() ? b_.fma(w, x, sum) : b_.fadd(sum, b_.fmul(w, x));
  }

  KernelFrame& f_;
  VectorBuilder& b_;
  const ConvolutionKernel k_;
  DriveCode& drives_;
  FactTable grid_;
  llvm::Value *inputs_ = nullptr, *strip_bytes_ = nullptr, *places_ = nullptr, *capacity_ = nullptr;
  llvm::Value *scratch_ = nullptr, *sums_ = nullptr, *weights_ = nullptr, *bias_ = nullptr;
  llvm::Value* group_bytes_ = nullptr;
};

}  // namespace

void emit_convolution(KernelFrame& frame, const ConvolutionKernel& kernel, DriveCode& drives) {
  ConvolutionEmitter(frame, kernel, drives).emit();
}

}  // namespace spikeloom
