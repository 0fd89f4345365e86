// In L1 and registers, with nothing else going on; or through a working set.
#include "machine/probes.h"

#include <algorithm>
#include <memory>
#include <random>
#include <vector>

#include "limits/forms.h"
#include "limits/tiles.h"
#include "machine/clock.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {
namespace {

volatile float kept;  // what a loop computed, so that it may not be left out

enum class Op { add, fuse };

template <Op op>
SPIKELOOM_WIDE float add_to_registers(const float* rows, std::size_t count, std::size_t times) {
  Register sum[8];
  for (Register& s : sum) s = zero();
  const Register x = same(0.5f);
  for (std::size_t t = 0; t < times; ++t)
    for (std::size_t r = 0; r < count * Probes::kRow; r += 8 * kLanes)
#pragma GCC unroll 8
      for (int v = 0; v < 8; ++v) {
        const Register w = load(rows + r + v * kLanes);
        sum[v] = op == Op::add ? add(sum[v], w) : fused(w, x, sum[v]);
      }
  Register all = sum[0];
  for (int v = 1; v < 8; ++v) all = add(all, sum[v]);
  return first_of(all);
}

/// Rows of several times V registers; 8 / V of them at a time, so that eight sums hide an addition's latency.
/// With them goes a prefetch of what lies at `next`.
template <int V>
SPIKELOOM_WIDE float add_in_order(const float* rows, std::span<const std::uint32_t> order, std::size_t size,
                                  Probes::Panel next = {}) {
  constexpr std::size_t kTogether = 8 / V;
  Register sum[kTogether][V];
  for (auto& s : sum)
    for (Register& x : s) x = zero();
  const std::size_t lines = next.bytes / 64, of_pass = (lines * kTogether + order.size() - 1) / order.size();
  std::size_t line = 0;
  for (std::size_t i = 0; i + kTogether <= order.size(); i += kTogether) {
    for (const std::size_t end = std::min(lines, line + of_pass); line < end; ++line)
      _mm_prefetch(reinterpret_cast<const char*>(next.weights) + 64 * line, _MM_HINT_T1);
    for (std::size_t at = 0; at < size; at += V * kLanes)
#pragma GCC unroll 8
      for (std::size_t k = 0; k < kTogether; ++k)
#pragma GCC unroll 8
        for (int v = 0; v < V; ++v)
          sum[k][v] = add(sum[k][v], load(rows + order[i + k] * size + at + v * kLanes));
  }
  Register all = zero();
  for (const auto& s : sum)
    for (const Register& x : s) all = add(all, x);
  return first_of(all);
}

float add_in_order(const float* rows, std::span<const std::uint32_t> order, std::size_t size,
                   Probes::Panel next = {}) {
  switch (size / kLanes) {
    case 1:
      return add_in_order<1>(rows, order, size, next);
    case 2:
      return add_in_order<2>(rows, order, size, next);
    case 4:
      return add_in_order<4>(rows, order, size, next);
    default:
      return add_in_order<8>(rows, order, size, next);
  }
}

SPIKELOOM_WIDE void halve(float* values, std::size_t count) {
  const Register x = same(0.5f);
  for (std::size_t i = 0; i < count; i += 4 * kLanes)
#pragma GCC unroll 4
    for (std::size_t j = 0; j < 4 * kLanes; j += kLanes) store(values + i + j, mul(x, load(values + i + j)));
}

constexpr int kOperands = 12;

SPIKELOOM_WIDE float multiply_and_add(std::size_t times) {
  Register x[kOperands];
  for (int v = 0; v < kOperands; ++v) x[v] = same(static_cast<float>(v));
  const Register half = same(0.5f);
  for (std::size_t t = 0; t < times; ++t)
#pragma GCC unroll 12
    for (int v = 0; v < kOperands; ++v) x[v] = add(mul(x[v], half), half);
  Register all = x[0];
  for (int v = 1; v < kOperands; ++v) all = add(all, x[v]);
  return first_of(all);
}

/// Rows of V registers; the lists of I steps take turns.
template <int V, int I>
SPIKELOOM_WIDE void add_lists(const TileBlock& t, std::size_t times) {
  Register all = zero();
  for (std::size_t k = 0; k < times; ++k) {
    Register sum[I][V];
    add_rows<V, I>(sum, t, 0);
    for (int i = 0; i < I; ++i)
      for (int v = 0; v < V; ++v) all = add(all, sum[i][v]);
  }
  kept = first_of(all);
}

template <int V>
double seconds_of_row() {
  constexpr int kLists = V < 8 ? 8 / V : 1;
  constexpr std::size_t kEvents = 512, kTimes = 200, kRows = 16384 / (V * kLanes * sizeof(float));
  const Memory<float> panel(kRows * V * kLanes), bias(V * kLanes);
  const Memory<std::uint32_t> index(kLists * kEvents), bound(kLists + 1);
  for (std::size_t e = 0; e < index.size(); ++e) index[e] = static_cast<std::uint32_t>(e * 7 % kRows);
  for (std::size_t i = 0; i <= kLists; ++i) bound[i] = static_cast<std::uint32_t>(i * kEvents);
  const TileBlock t{.panel = panel.data(), .bias = bias.data(), .index = index.data(), .bound = bound.data()};
  return middle([&] { add_lists<V, kLists>(t, kTimes); }) / static_cast<double>(kTimes * index.size());
}

constexpr std::size_t kRowsOfBits = 16;

/// As tiles run: inputs come from L1, and who fired goes there, to the next of a few rows.
template <template <int> class Cell, int V>
SPIKELOOM_WIDE void run_cell(std::size_t steps, const float* input, Word* rows) {
  Cell<V> cell;
  cell.start({.alpha = 0.8f, .beta = 0.9f, .gain = 1, .threshold = 1});
  for (std::size_t s = 0; s < steps; s += kRowsOfBits) {
    Word* bits = rows;
    for (std::size_t r = 0; r < kRowsOfBits; ++r, bits += 64)
#pragma GCC unroll 16
      for (int v = 0; v < V; ++v) {
        cell.step(v, load(input + v * kLanes));
        static_cast<volatile Word*>(bits)[v] = spikes(cell, v);
      }
  }
  float states[3 * V * kLanes], sum = 0;
  cell.write(states, V * kLanes);
  for (int i = 0; i < V * kLanes; ++i) sum += states[i];
  kept = sum;
}

constexpr std::size_t kSteps = 6400 * kRowsOfBits;

template <template <int> class Cell>
double seconds_of_cell(int registers) {
  const Memory<Word> bits(kRowsOfBits * 64);
  const Memory<float> input(8 * kLanes);
  std::ranges::fill(input, 0.3f);
  const auto take = [&]<int V>() {
    return middle([&] { run_cell<Cell, V>(kSteps, input.data(), bits.data()); }) / kSteps;
  };
  switch (registers) {
    case 1:
      return take.template operator()<1>();
    case 2:
      return take.template operator()<2>();
    case 3:
      return take.template operator()<3>();
    case 4:
      return take.template operator()<4>();
    case 6:
      return take.template operator()<6>();
    case 7:
      return take.template operator()<7>();
    default:
      return take.template operator()<8>() * registers / 8;
  }
}

/// Of inputs that lie in L1. Words come in an order that never repeats: a core would learn by heart how many
/// events each of a thousand words has, and it is what it does not foresee that takes the time.
SPIKELOOM_WIDE double seconds_of_list(bool floats) {
  constexpr std::size_t kPlaces = 2048, kCount = 512, kTimes = 20;
  const Memory<float> row(floats ? kPlaces + 64 : 0);
  const Memory<std::uint64_t> words(floats ? 0 : kPlaces);
  const Memory<std::uint32_t> index(64 * kCount + Events::kSlack);
  std::mt19937 random(1);
  for (float& x : row) x = random() % 20 == 0 ? 1.0f : 0.0f;
  for (std::uint64_t& word : words)
    for (int bit = 0; bit < 64; ++bit) word |= static_cast<std::uint64_t>(random() % 20 == 0) << bit;
  std::uint32_t any = 1;
  return middle([&]() SPIKELOOM_WIDE {
           for (std::size_t k = 0; k < kTimes; ++k) {
             std::uint32_t at = 0;
             for (std::size_t w = 0; w < kCount; ++w) {
               any = any * 1664525u + 1013904223u;  // Numerical Recipes, 7.1
               const std::size_t place = any >> 21;
               const float* inputs = row.data() + place / kLanes * kLanes;
               const std::uint64_t word = floats ? word_of(inputs, 64, nullptr) : words[place];
               at += list_word(word, static_cast<std::uint32_t>(64 * w), &index[at]);
             }
           }
         }) /
         static_cast<double>(kTimes * kCount);
}

class Registers final : public Probes {
 public:
  void add_rows(const float* rows, std::size_t count, std::size_t times) const override {
    kept = add_to_registers<Op::add>(rows, count, times);
  }
  void fuse_rows(const float* rows, std::size_t count, std::size_t times) const override {
    kept = add_to_registers<Op::fuse>(rows, count, times);
  }
  void add_rows_in_order(const float* rows, std::span<const std::uint32_t> order,
                         std::size_t size) const override {
    kept = add_in_order(rows, order, size);
  }
  void visit(const Panel& panel, std::span<const std::uint32_t> order, std::size_t size, const Panel& next,
             Coming coming) const override {
    if (coming == Coming::in_order) bring_near(panel.weights, panel.bytes);
    kept = add_in_order(panel.weights, order, size, coming == Coming::asked_for ? next : Panel{});
  }
  void update(float* values, std::size_t count) const override { halve(values, count); }
  double operate(std::size_t times) const override {
    kept = multiply_and_add(times);
    return 2.0 * kOperands * kLanes * static_cast<double>(times);
  }

  double seconds_of_row(int registers) const override {
    return registers == 1   ? benchmarks::seconds_of_row<1>()
           : registers == 2 ? benchmarks::seconds_of_row<2>()
           : registers == 4 ? benchmarks::seconds_of_row<4>()
                            : benchmarks::seconds_of_row<8>() * registers / 8;
  }
  double seconds_of_update(Kind kind, int registers) const override {
    return kind == Kind::lif        ? seconds_of_cell<Lif>(registers)
           : kind == Kind::synaptic ? seconds_of_cell<Synaptic>(registers)
                                    : seconds_of_cell<Alpha>(registers);
  }
  double seconds_of_list(bool floats) const override { return benchmarks::seconds_of_list(floats); }
};

}  // namespace

std::unique_ptr<Probes> probes() {
  return std::make_unique<Registers>();
}

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
