// A linear layer and its neurons driven by events: a tile of neurons runs all steps of a block while its
// panel of weights stays in the nearest cache that holds it.
#pragma once

#include "limits/cells.h"
#include "limits/events.h"
#include "limits/panels.h"

namespace spikeloom::benchmarks {

/// A block of steps of one tile and one sample. List `first + s` holds the events of step s; of a constant
/// input there is list `first` alone.
struct TileBlock {
  const float* panel;
  const float* bias;
  const std::uint32_t* index;
  const float* value;  // of a constant input; null: all are 1
  const std::uint32_t* bound;
  std::size_t first;
  std::size_t steps;
  std::uint16_t* bits;  // of the block's first step and the tile's first neuron
  std::size_t bits_stride;
  float* states;  // null: starts at 0 and nobody asks afterwards
  std::size_t states_stride;
};

/// Adds the rows of I steps' events to their sums. The steps take turns: a single sum would wait for itself,
/// since its additions have one order.
template <int V, int I>
SPIKELOOM_WIDE_INLINE void add_rows(__m512 (&sum)[I][V], const TileBlock& t, std::size_t list) {
  constexpr std::size_t kWidth = std::size_t{V} * kLanes;
  const std::uint32_t* index[I];
  std::uint32_t count[I], shared = ~0u;
  for (int i = 0; i < I; ++i) {
    index[i] = t.index + t.bound[list + static_cast<std::size_t>(i)];
    count[i] = t.bound[list + static_cast<std::size_t>(i) + 1] - t.bound[list + static_cast<std::size_t>(i)];
    shared = count[i] < shared ? count[i] : shared;
    for (int v = 0; v < V; ++v) sum[i][v] = _mm512_loadu_ps(t.bias + v * kLanes);
  }
  for (std::uint32_t k = 0; k < shared; ++k)
#pragma GCC unroll 16
    for (int i = 0; i < I; ++i) {
      const float* row = t.panel + index[i][k] * kWidth;
#pragma GCC unroll 16
      for (int v = 0; v < V; ++v) sum[i][v] = _mm512_add_ps(sum[i][v], _mm512_loadu_ps(row + v * kLanes));
    }
#pragma GCC unroll 16
  for (int i = 0; i < I; ++i)
    for (std::uint32_t k = shared; k < count[i]; ++k) {
      const float* row = t.panel + index[i][k] * kWidth;
#pragma GCC unroll 16
      for (int v = 0; v < V; ++v) sum[i][v] = _mm512_add_ps(sum[i][v], _mm512_loadu_ps(row + v * kLanes));
    }
}

template <class Cell, int V, int I>
SPIKELOOM_WIDE_INLINE void run_steps(Cell& cell, const TileBlock& t, std::size_t step) {
  __m512 sum[I][V];
  add_rows<V, I>(sum, t, t.first + step);
#pragma GCC unroll 16
  for (int i = 0; i < I; ++i) {
    std::uint16_t* bits = t.bits + (step + static_cast<std::size_t>(i)) * t.bits_stride;
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) {
      cell.step(v, sum[i][v]);
      bits[v] = spikes(cell, v);
    }
  }
}

/// V registers of neurons, I steps at a time.
template <template <int> class Cell, int V, int I>
SPIKELOOM_WIDE void run_tile(const TileBlock& t, const Neuron& neuron) {
  Cell<V> cell;
  cell.start(neuron);
  if (t.states) cell.load(t.states, t.states_stride);
  std::size_t step = 0;
  for (; step + I <= t.steps; step += I) run_steps<Cell<V>, V, I>(cell, t, step);
  for (; step < t.steps; ++step) run_steps<Cell<V>, V, 1>(cell, t, step);
  if (t.states) cell.store(t.states, t.states_stride);
}

/// An input that never changes: its sum is made once, in V registers, and all steps use it.
template <template <int> class Cell, int V>
SPIKELOOM_WIDE void run_constant_tile(const TileBlock& t, const Neuron& neuron) {
  constexpr std::size_t kWidth = std::size_t{V} * kLanes;
  __m512 sum[V];
  for (int v = 0; v < V; ++v) sum[v] = _mm512_loadu_ps(t.bias + v * kLanes);
  for (std::uint32_t k = t.bound[t.first]; k < t.bound[t.first + 1]; ++k) {
    const float* row = t.panel + t.index[k] * kWidth;
    const __m512 x = _mm512_set1_ps(t.value[k]);
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) sum[v] = _mm512_fmadd_ps(_mm512_loadu_ps(row + v * kLanes), x, sum[v]);
  }
  for (int v = 0; v < V; ++v) sum[v] = _mm512_add_ps(sum[v], _mm512_setzero_ps());  // -0 becomes +0
  Cell<V> cell;
  cell.start(neuron);
  for (std::size_t step = 0; step < t.steps; ++step)
#pragma GCC unroll 16
    for (int v = 0; v < V; ++v) {
      cell.step(v, sum[v]);
      t.bits[step * t.bits_stride + static_cast<std::size_t>(v)] = spikes(cell, v);
    }
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

template <template <int> class Cell, int V>
constexpr TileKernel constant_kernel() {
  return {V, Cell<V>::kStates, run_constant_tile<Cell, V>};
}

}  // namespace spikeloom::benchmarks
