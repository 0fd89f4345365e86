// What a limit kernel's tiles take at the least: in L1 and registers, with nothing else going on.
#include <algorithm>
#include <vector>

#include "limits/tiles.h"
#include "machine/clock.h"
#include "machine/machine.h"

namespace spikeloom::benchmarks {
namespace {

volatile float kept_sum;

/// Rows of V registers; the lists of I steps take turns.
template <int V, int I>
SPIKELOOM_WIDE void add_lists(const TileBlock& t, std::size_t times) {
  __m512 all = _mm512_setzero_ps();
  for (std::size_t k = 0; k < times; ++k) {
    __m512 sum[I][V];
    add_rows<V, I>(sum, t, 0);
    for (int i = 0; i < I; ++i)
      for (int v = 0; v < V; ++v) all = _mm512_add_ps(all, sum[i][v]);
  }
  kept_sum = _mm512_cvtss_f32(all);
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
  return best([&] { add_lists<V, kLists>(t, kTimes); }) / static_cast<double>(kTimes * index.size());
}

template <template <int> class Cell, int V>
SPIKELOOM_WIDE void run_cell(std::size_t steps) {
  Cell<V> cell;
  cell.start({.alpha = 0.8f, .beta = 0.9f, .gain = 1, .threshold = 1});
  const __m512 input = _mm512_set1_ps(0.3f);
  for (std::size_t s = 0; s < steps; ++s)
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) cell.step(v, input);
  float states[3 * V * kLanes], sum = 0;
  cell.store(states, V * kLanes);
  for (int i = 0; i < V * kLanes; ++i) sum += states[i];
  kept_sum = sum;
}

constexpr std::size_t kSteps = 100000;

template <template <int> class Cell>
double seconds_of_cell(int registers) {
  const auto take = [&]<int V>() { return best([] { run_cell<Cell, V>(kSteps); }) / kSteps; };
  switch (registers) {
    case 1:
      return take.template operator()<1>();
    case 2:
      return take.template operator()<2>();
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

double seconds_of_list(bool floats) {
  constexpr std::size_t kInputs = 1024, kTimes = 50;
  Events events(kTimes, kInputs, false);
  const Memory<float> row(kInputs);
  const Bits bits(1, 1, kInputs);
  for (std::size_t i = 0; i < kInputs; ++i)
    if (i * 7919 % 20 == i / 20 % 20) {
      row[i] = 1;
      bits.word[i / 16] = static_cast<std::uint16_t>(bits.word[i / 16] | 1u << i % 16);
    }
  return best([&] {
           events.clear();
           for (std::size_t k = 0; k < kTimes; ++k)
             floats ? append(events, row.data(), kInputs) : append(events, bits, 0, 0);
         }) /
         static_cast<double>(kTimes * kInputs / 64);
}

}  // namespace

double Machine::row(int registers) {
  double& time = row_[registers];
  if (time == 0)
    time = registers == 1   ? seconds_of_row<1>()
           : registers == 2 ? seconds_of_row<2>()
           : registers == 4 ? seconds_of_row<4>()
                            : seconds_of_row<8>() * registers / 8;
  return time;
}

double Machine::update(Kind kind, int registers) {
  double& time = cell_[{kind, registers}];
  if (time == 0)
    time = kind == Kind::lif        ? seconds_of_cell<Lif>(registers)
           : kind == Kind::synaptic ? seconds_of_cell<Synaptic>(registers)
                                    : seconds_of_cell<Alpha>(registers);
  return time;
}

double Machine::list(bool floats) {
  double& time = list_[floats];
  if (time == 0) time = seconds_of_list(floats);
  return time;
}

}  // namespace spikeloom::benchmarks
