#include "machine/machine.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "limits/wide.h"
#include "machine/clock.h"
#include "machine/memory.h"

namespace spikeloom::benchmarks {
namespace {

constexpr std::size_t kRow = 128;  // floats: eight registers, enough to hide the latency of an addition

// The same loop in three forms: with registers, with AVX2 and without; `Op` is what is done with a row.

enum class Op { add, fma };

template <Op op>
SPIKELOOM_WIDE float add_rows_wide(const float* rows, std::size_t count, std::size_t times) {
  __m512 sum[8];
  for (__m512& s : sum) s = _mm512_setzero_ps();
  const __m512 x = _mm512_set1_ps(0.5f);
  for (std::size_t t = 0; t < times; ++t)
    for (std::size_t r = 0; r < count; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < 8; ++v) {
        const __m512 w = _mm512_loadu_ps(rows + r * kRow + v * kLanes);
        sum[v] = op == Op::add ? _mm512_add_ps(sum[v], w) : _mm512_fmadd_ps(w, x, sum[v]);
      }
  __m512 all = sum[0];
  for (int v = 1; v < 8; ++v) all = _mm512_add_ps(all, sum[v]);
  return _mm512_cvtss_f32(all);
}

template <Op op>
__attribute__((target("avx2,fma"))) float add_rows_avx2(const float* rows, std::size_t count,
                                                        std::size_t times) {
  __m256 sum[8];
  for (__m256& s : sum) s = _mm256_setzero_ps();
  const __m256 x = _mm256_set1_ps(0.5f);
  for (std::size_t t = 0; t < times; ++t)
    for (std::size_t r = 0; r < 2 * count; ++r)
#pragma GCC unroll 8
      for (int v = 0; v < 8; ++v) {
        const __m256 w = _mm256_loadu_ps(rows + r * kRow / 2 + v * 8);
        sum[v] = op == Op::add ? _mm256_add_ps(sum[v], w) : _mm256_fmadd_ps(w, x, sum[v]);
      }
  __m256 all = sum[0];
  for (int v = 1; v < 8; ++v) all = _mm256_add_ps(all, sum[v]);
  float lanes[8];
  _mm256_storeu_ps(lanes, all);
  return lanes[0];
}

float add_rows_plain(const float* rows, std::size_t count, std::size_t times) {
  float sum[kRow] = {};
  for (std::size_t t = 0; t < times; ++t)
    for (std::size_t r = 0; r < count; ++r)
      for (std::size_t j = 0; j < kRow; ++j) sum[j] += rows[r * kRow + j];
  return sum[0];
}

volatile float kept;  // what a loop computed, so that it may not be left out

template <Op op>
void add_rows(const float* rows, std::size_t count, std::size_t times) {
  kept = is_wide() ? add_rows_wide<op>(rows, count, times)
         : __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")
             ? add_rows_avx2<op>(rows, count, times)
             : add_rows_plain(rows, count, times);
}

SPIKELOOM_WIDE float add_in_order_wide(const float* rows, std::span<const std::uint32_t> order,
                                       std::size_t row_size) {
  __m512 sum[8];
  for (__m512& s : sum) s = _mm512_setzero_ps();
  for (const std::uint32_t index : order)
    for (std::size_t r = 0; r < row_size; r += kRow)
#pragma GCC unroll 8
      for (int v = 0; v < 8; ++v)
        sum[v] = _mm512_add_ps(sum[v], _mm512_loadu_ps(rows + index * row_size + r + v * kLanes));
  __m512 all = sum[0];
  for (int v = 1; v < 8; ++v) all = _mm512_add_ps(all, sum[v]);
  return _mm512_cvtss_f32(all);
}

void add_rows_in_order(const float* rows, std::span<const std::uint32_t> order, std::size_t row_size) {
  if (is_wide()) {
    kept = add_in_order_wide(rows, order, row_size);
  } else {
    for (const std::uint32_t row : order) add_rows<Op::add>(rows + row * row_size, row_size / kRow, 1);
  }
}

SPIKELOOM_WIDE void update_wide(float* values, std::size_t count) {
  const __m512 x = _mm512_set1_ps(0.5f);
  for (std::size_t i = 0; i < count; i += 4 * kLanes)
#pragma GCC unroll 4
    for (std::size_t j = 0; j < 4 * kLanes; j += kLanes)
      _mm512_storeu_ps(values + i + j, _mm512_mul_ps(x, _mm512_loadu_ps(values + i + j)));
}

__attribute__((target_clones("avx2", "default"))) void update_plain(float* values, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) values[i] *= 0.5f;
}

SPIKELOOM_WIDE float operate_wide(std::size_t times) {
  __m512 x[12];
  for (int v = 0; v < 12; ++v) x[v] = _mm512_set1_ps(static_cast<float>(v));
  const __m512 half = _mm512_set1_ps(0.5f);
  for (std::size_t t = 0; t < times; ++t)
#pragma GCC unroll 12
    for (int v = 0; v < 12; ++v) x[v] = _mm512_add_ps(_mm512_mul_ps(x[v], half), half);
  __m512 all = x[0];
  for (int v = 1; v < 12; ++v) all = _mm512_add_ps(all, x[v]);
  return _mm512_cvtss_f32(all);
}

__attribute__((target_clones("avx2", "default"))) float operate_plain(std::size_t times) {
  float x[12 * kLanes] = {};
  for (std::size_t t = 0; t < times; ++t)
    for (float& v : x) v = v * 0.5f + 0.5f;
  return x[0];
}

std::size_t quarter_power(std::size_t bytes) {
  const std::size_t step = std::max<std::size_t>(std::bit_floor(bytes) / 4, 4096);
  return std::max(bytes + step - 1, step) / step * step;
}

/// How often to walk a working set for a measurement of about a millisecond or more.
std::size_t walks(std::size_t bytes) {
  return std::max<std::size_t>(1, (std::size_t{48} << 20) / bytes);
}

}  // namespace

Machine::Machine() {
  const std::size_t rows = 16384 / sizeof(float) / kRow, times = 20000;
  const Memory<float> l1(rows * kRow);
  const double elements = static_cast<double>(rows * kRow * times);
  adds_ = elements / best([&] { add_rows<Op::add>(l1.data(), rows, times); });
  fmas_ = elements / best([&] { add_rows<Op::fma>(l1.data(), rows, times); });
  constexpr std::size_t kTimes = 400000;
  operations_ =
      24.0 * kLanes * kTimes / best([&] { kept = is_wide() ? operate_wide(kTimes) : operate_plain(kTimes); });
}

double Machine::read(std::size_t working_set) {
  const std::size_t bytes = quarter_power(working_set);
  double& rate = read_[bytes];
  if (rate != 0) return rate;
  const std::size_t rows = bytes / sizeof(float) / kRow, times = walks(bytes);
  const Memory<float> memory(rows * kRow);
  return rate = static_cast<double>(bytes * times) /
                best([&] { add_rows<Op::add>(memory.data(), rows, times); });
}

double Machine::update(std::size_t working_set) {
  const std::size_t bytes = quarter_power(working_set);
  double& rate = update_[bytes];
  if (rate != 0) return rate;
  const std::size_t times = walks(bytes);
  const Memory<float> memory(bytes / sizeof(float));
  return rate = static_cast<double>(2 * bytes * times) / best([&] {
                  for (std::size_t t = 0; t < times; ++t)
                    (is_wide() ? update_wide : update_plain)(memory.data(), memory.size());
                });
}

double Machine::read_rows(std::size_t working_set, std::size_t row_bytes) {
  const std::size_t bytes = quarter_power(working_set);
  double& rate = read_rows_[{bytes, row_bytes}];
  if (rate != 0) return rate;
  const std::size_t row_size = row_bytes / sizeof(float);
  const Memory<float> memory(bytes / sizeof(float));
  // A new order in every walk, as spikes would have it; the last walk's rows may still be near.
  std::mt19937 random(1);
  std::vector<std::uint32_t> order(walks(bytes) * (bytes / row_bytes));
  for (std::uint32_t& row : order) row = static_cast<std::uint32_t>(random() % (bytes / row_bytes));
  return rate = static_cast<double>(order.size() * row_bytes) /
                best([&] { add_rows_in_order(memory.data(), order, row_size); });
}

double Machine::rate(const Work::Traffic& traffic) {
  switch (traffic.way) {
    case Work::Traffic::Way::read:
      return read(traffic.working_set);
    case Work::Traffic::Way::update:
      return update(traffic.working_set);
    case Work::Traffic::Way::short_rows:
      return read_rows(traffic.working_set, 512);
    case Work::Traffic::Way::long_rows:
      return read_rows(traffic.working_set, 4096);
  }
  return 1;
}

double Machine::bound(const Work& work) {
  double sum = 0;
  for (const Work::Phase& phase : work.phases) {
    double slowest = phase.adds / adds_ + phase.fmas / fmas_ + phase.operations / operations_;
    if (phase.rows.count > 0) slowest += phase.rows.count * row(phase.rows.registers);
    if (phase.updates.count > 0) slowest += phase.updates.count * update(phase.kind, phase.updates.registers);
    if (phase.float_words > 0) slowest += phase.float_words * list(true);
    if (phase.words > 0) slowest += phase.words * list(false);
    std::map<std::size_t, double> level;  // by working set
    for (const Work::Traffic& t : phase.traffic)
      slowest = std::max(slowest, level[t.working_set] += t.bytes / rate(t));
    sum += slowest;
  }
  return sum;
}

}  // namespace spikeloom::benchmarks
