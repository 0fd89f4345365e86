// A linear layer and its neurons driven by events: a tile of neurons runs all steps of a block while its
// panel of weights stays in the nearest cache that holds it.
#pragma once

#include <algorithm>

#include "limits/cells.h"
#include "limits/events.h"
#include "limits/panels.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {

/// A block of steps of one tile and one sample. List `first + s` holds the events of step s. Of a constant
/// input it is all samples of a group, and list `first + b` holds the events of sample b.
struct TileBlock {
  const float* panel;
  const float* bias;
  const std::uint32_t* index;
  const float* value;  // of a constant input; null: all are 1
  const std::uint32_t* bound;
  std::size_t first;
  std::size_t steps;
  Word* bits;  // of the block's first step and the tile's first neuron
  std::size_t bits_stride;
  float* states;  // null: starts at 0 and nobody asks afterwards
  std::size_t states_stride;
  std::size_t samples = 1, bits_of_sample = 0;  // of a constant input, like the rest
  const float* next = nullptr;                  // the panel to come; null: not to be asked for
  std::size_t next_bytes = 0;
};

/// Reads a panel in order, before its rows are wanted in any other.
inline void bring_near(const float* panel, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes / sizeof(float); i += 16)
    static_cast<void>(*static_cast<const volatile float*>(panel + i));
}

/// Adds the rows of I steps' events to their sums. The steps take turns: a single sum would wait for itself,
/// since its additions have one order.
template <int V, int I>
SPIKELOOM_WIDE_INLINE void add_rows(Register (&sum)[I][V], const TileBlock& t, std::size_t list) {
  constexpr std::size_t kWidth = std::size_t{V} * kLanes;
  const std::uint32_t* index[I];
  std::uint32_t count[I], shared = ~0u;
  for (int i = 0; i < I; ++i) {
    index[i] = t.index + t.bound[list + static_cast<std::size_t>(i)];
    count[i] = t.bound[list + static_cast<std::size_t>(i) + 1] - t.bound[list + static_cast<std::size_t>(i)];
    shared = count[i] < shared ? count[i] : shared;
    for (int v = 0; v < V; ++v) sum[i][v] = load(t.bias + v * kLanes);
  }
  for (std::uint32_t k = 0; k < shared; ++k)
#pragma GCC unroll 16
    for (int i = 0; i < I; ++i) {
      const float* row = t.panel + index[i][k] * kWidth;
#pragma GCC unroll 16
      for (int v = 0; v < V; ++v) sum[i][v] = add(sum[i][v], load(row + v * kLanes));
    }
#pragma GCC unroll 16
  for (int i = 0; i < I; ++i)
    for (std::uint32_t k = shared; k < count[i]; ++k) {
      const float* row = t.panel + index[i][k] * kWidth;
#pragma GCC unroll 16
      for (int v = 0; v < V; ++v) sum[i][v] = add(sum[i][v], load(row + v * kLanes));
    }
}

/// The same of events with values, of one list each of S samples.
template <int V, int S>
SPIKELOOM_WIDE_INLINE void add_values(Register (&sum)[S][V], const TileBlock& t, std::size_t list) {
  const std::uint32_t* bound = t.bound + list;
  std::uint32_t shared = ~0u;
  for (int i = 0; i < S; ++i) {
    shared = std::min(shared, bound[i + 1] - bound[i]);
    for (int v = 0; v < V; ++v) sum[i][v] = load(t.bias + v * kLanes);
  }
  const auto add_row = [&](int i, std::uint32_t k) SPIKELOOM_WIDE {
    const float* row = t.panel + t.index[bound[i] + k] * std::size_t{V} * kLanes;
    const Register x = same(t.value[bound[i] + k]);
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) sum[i][v] = fused(load(row + v * kLanes), x, sum[i][v]);
  };
  for (std::uint32_t k = 0; k < shared; ++k)
#pragma GCC unroll 16
    for (int i = 0; i < S; ++i) add_row(i, k);
#pragma GCC unroll 16
  for (int i = 0; i < S; ++i)
    for (std::uint32_t k = shared; k < bound[i + 1] - bound[i]; ++k) add_row(i, k);
  for (int i = 0; i < S; ++i)
    for (int v = 0; v < V; ++v) sum[i][v] = add(sum[i][v], zero());  // -0 becomes +0
}

template <class Cell, int V, int I>
SPIKELOOM_WIDE_INLINE void run_steps(Cell& cell, const TileBlock& t, std::size_t step) {
  Register sum[I][V];
  add_rows<V, I>(sum, t, t.first + step);
#pragma GCC unroll 16
  for (int i = 0; i < I; ++i) {
    Word* bits = t.bits + (step + static_cast<std::size_t>(i)) * t.bits_stride;
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) {
      cell.step(v, sum[i][v]);
      static_cast<volatile Word*>(bits)[v] = spikes(cell, v);
    }
  }
}

/// V registers of neurons, I steps at a time.
template <template <int> class Cell, int V, int I>
SPIKELOOM_WIDE void run_tile(const TileBlock& t, const Neuron& neuron) {
  Cell<V> cell;
  cell.start(neuron);
  if (t.states) cell.read(t.states, t.states_stride);
  std::size_t step = 0;
  const char* next = reinterpret_cast<const char*>(t.next);
  const std::size_t lines = t.next ? t.next_bytes / 64 * I / t.steps + 1 : 0;
  for (; step + I <= t.steps; step += I) {
    for (std::size_t line = 0; line < lines; ++line, next += 64) _mm_prefetch(next, _MM_HINT_T1);
    run_steps<Cell<V>, V, I>(cell, t, step);
  }
  for (; step < t.steps; ++step) run_steps<Cell<V>, V, 1>(cell, t, step);
  if (t.states) cell.write(t.states, t.states_stride);
}

/// A constant input's sums of S samples are made once, in V registers each, and all steps use them: of P
/// samples at a time, as many as hide the latency of an update. While these wait for nothing from memory, the
/// next panel is asked for, a piece with each step.
template <template <int> class Cell, int V, int S, int P>
SPIKELOOM_WIDE_INLINE void run_constant_samples(const TileBlock& t, const Neuron& neuron, std::size_t sample,
                                                std::size_t lines, const char*& next) {
  static_assert(S % P == 0);
  Register sum[S][V];
  add_values<V, S>(sum, t, t.first + sample);
#pragma GCC unroll 4
  for (int first = 0; first < S; first += P) {
    Cell<V * P> cell;
    cell.start(neuron);
    Word* bits = t.bits + (sample + static_cast<std::size_t>(first)) * t.bits_of_sample;
    for (std::size_t step = 0; step < t.steps; ++step, bits += t.bits_stride) {
      for (std::size_t line = 0; line < P * lines; ++line, next += 64) _mm_prefetch(next, _MM_HINT_T1);
#pragma GCC unroll 16
      for (int i = 0; i < P; ++i)
#pragma GCC unroll 16
        for (int v = 0; v < V; ++v) {
          cell.step(i * V + v, sum[first + i][v]);
          static_cast<volatile Word*>(
              bits)[static_cast<std::size_t>(i) * t.bits_of_sample + static_cast<std::size_t>(v)] =
              spikes(cell, i * V + v);
        }
    }
  }
}

template <template <int> class Cell, int V, int S>
SPIKELOOM_WIDE void run_constant_tile(const TileBlock& t, const Neuron& neuron) {
  const char* next = reinterpret_cast<const char*>(t.next);
  const std::size_t lines = t.next ? t.next_bytes / 64 / (t.samples * t.steps) + 1 : 0;
  std::size_t b = 0;
  for (; b + S <= t.samples; b += S)
    run_constant_samples < Cell, V, S, S<2 ? 1 : 2>(t, neuron, b, lines, next);
  for (; b < t.samples; ++b) run_constant_samples<Cell, V, 1, 1>(t, neuron, b, lines, next);
}

/// How a layer is run: tile width, and the kernel of that width.
struct TileKernel {
  int registers;
  int states;
  void (*run)(const TileBlock&, const Neuron&);
};

template <template <int> class Cell, int V, int I>
constexpr TileKernel tile_kernel() {
  return {V, Cell<V>::kStates, run_tile<Cell, V, I>};
}

template <template <int> class Cell, int V, int S>
constexpr TileKernel constant_kernel() {
  return {V, Cell<V>::kStates, run_constant_tile<Cell, V, S>};
}

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
