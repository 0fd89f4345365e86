#include "schedule/windows.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "schedule/window_cost.h"
#include "support/check.h"

namespace spikeloom {
namespace {

constexpr std::uint64_t kUnitFloats = 16, kUnitBytes = 64;

std::uint64_t padded(std::uint64_t n) {
  return (n + kUnitFloats - 1) / kUnitFloats * kUnitFloats;
}

std::uint64_t strip_of(const Windows& w) {
  return padded(w.out_of_group());
}

/// An output place that an input place sees, and the element of the window by which it does.
struct Hit {
  std::int64_t place, element;
  std::int64_t length = 1;  // of a run: so many places and stored elements follow each other
};

/// Every element on its own, in the order of the window.
std::vector<Hit> hits_of(const WindowAxis& axis, bool transposed, std::size_t in) {
  std::vector<Hit> all;
  const auto x = static_cast<std::int64_t>(in), stride = static_cast<std::int64_t>(axis.stride);
  for (std::size_t k = 0; k < axis.kernel; ++k) {
    std::int64_t place = 0;
    if (transposed) {
      place = axis.touches(in, k);
    } else {
      place = x - axis.touches(0, k);
      if (place < 0 || place % stride != 0) continue;
      place /= stride;
    }
    if (place >= 0 && place < static_cast<std::int64_t>(axis.out))
      all.push_back({place, static_cast<std::int64_t>(k)});
  }
  return all;
}

/// The order in which the columns of a window are stored: what a run needs beside each other lies so.
class Columns {
 public:
  Columns(const WindowAxis& axis, bool transposed) : axis_(axis), transposed_(transposed) {}

  bool has_runs() const { return axis_.dilation == 1; }

  std::uint64_t stored_at(std::uint64_t k) const {
    if (transposed_ || !has_runs()) return k;
    // By phase; within one, the later elements see the earlier places.
    const std::uint64_t phase = k % axis_.stride, full = axis_.kernel / axis_.stride,
                        rest = axis_.kernel % axis_.stride;
    const std::uint64_t of_phase = full + (phase < rest ? 1 : 0);
    return phase * full + std::min(phase, rest) + (of_phase - 1 - k / axis_.stride);
  }

  /// The runs of an input place, by ascending output place.
  std::vector<Hit> runs(std::uint64_t in) const {
    const auto x = static_cast<std::int64_t>(in), before = static_cast<std::int64_t>(axis_.before),
               stride = static_cast<std::int64_t>(axis_.stride), out = static_cast<std::int64_t>(axis_.out),
               kernel = static_cast<std::int64_t>(axis_.kernel);
    if (!has_runs()) return hits_of(axis_, transposed_, in);
    std::int64_t first = 0, end = 0, element = 0;
    if (transposed_) {
      const std::int64_t origin = x * stride - before;
      first = std::max<std::int64_t>(0, origin);
      end = std::min(out, origin + kernel);
      element = first - origin;
    } else {
      const std::int64_t origin = x + before;
      first = origin < kernel ? 0 : (origin - kernel + stride) / stride;
      end = std::min(out, origin / stride + 1);
      element = origin - first * stride;
    }
    if (first >= end) return {};
    return {{first, static_cast<std::int64_t>(stored_at(static_cast<std::uint64_t>(element))), end - first}};
  }

 private:
  const WindowAxis& axis_;
  bool transposed_;
};

/// Begins, and behind them what begins there: `words` of each hit.
template <class HitsOf>
std::uint32_t add_table(ConstantPool& pool, std::size_t places, std::size_t words, std::uint64_t place_units,
                        std::uint64_t element_units, std::uint64_t length_units, const HitsOf& hits_of) {
  std::vector<std::uint32_t> table(places + 1);
  for (std::size_t in = 0; in < places; ++in) {
    table[in] = static_cast<std::uint32_t>(table.size());
    for (const Hit& hit : hits_of(in)) {
      table.push_back(static_cast<std::uint32_t>(static_cast<std::uint64_t>(hit.place) * place_units));
      table.push_back(static_cast<std::uint32_t>(static_cast<std::uint64_t>(hit.element) * element_units));
      if (words == 3)
        table.push_back(static_cast<std::uint32_t>(static_cast<std::uint64_t>(hit.length) * length_units));
    }
  }
  table[places] = static_cast<std::uint32_t>(table.size());
  return pool.words(table);
}

/// m with n / d = (n * m) >> 64 for every n < 2^31; 0 stands for d = 1.
std::uint64_t divisor_of(std::uint64_t d) {
  return d == 1 ? 0 : ~std::uint64_t{0} / d + 1;
}

/// The plane of a channel with its border: every window of the output lies within.
std::uint64_t plane_extent(const WindowAxis& axis) {
  const std::uint64_t reach = (axis.out - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
  return std::max<std::uint64_t>(axis.before + axis.in, reach);
}

std::uint64_t plane_floats(const Windows& w) {
  return w.in_channels * plane_extent(w.rows) * plane_extent(w.columns);
}

bool has_border(const Windows& w) {
  return plane_extent(w.rows) != w.rows.in || plane_extent(w.columns) != w.columns.in;
}

std::uint64_t sums_floats(const Windows& w) {
  return w.groups * w.rows.out * w.columns.out * strip_of(w);
}

/// What a pool makes of the sums, in the same form.
std::uint64_t pooled_floats(const Windows& w, const Pool* pooling) {
  return pooling ? w.groups * pooling->windows.rows.out * pooling->windows.columns.out * strip_of(w) : 0;
}

std::uint64_t list_of(const Windows& w, spikeloom_element input) {
  return (list_bytes(list_capacity(w.inputs(), 1), input) + kUnitBytes - 1) / kUnitBytes * kUnitBytes;
}

std::uint64_t table_words(const WindowAxis& axis, bool transposed, std::uint64_t words, bool runs) {
  const std::uint64_t hits = runs ? axis.in : touching_pairs(axis, transposed);
  return axis.in + 1 + words * hits;
}

std::uint32_t pack_weights(const Convolution& c, const Columns& columns, ConstantPool& pool) {
  const Windows& w = c.windows;
  const std::uint64_t strip = strip_of(w), elements = w.rows.kernel * w.columns.kernel;
  const std::uint32_t id = pool.bytes(w.in_channels * elements * strip * 4);
  auto* to = reinterpret_cast<float*>(pool.data(id));
  for (std::size_t in = 0; in < w.in_channels; ++in)
    for (std::size_t r = 0; r < w.rows.kernel; ++r)
      for (std::size_t k = 0; k < w.columns.kernel; ++k) {
        float* row = to + (in * elements + r * w.columns.kernel + columns.stored_at(k)) * strip;
        const std::size_t first = in / w.in_of_group() * w.out_of_group();
        for (std::size_t o = 0; o < w.out_of_group(); ++o)
          row[o] = c.weight->values[w.weight_at(in, first + o, r, k)];
      }
  return id;
}

std::uint32_t pack_bias(const Convolution& c, ConstantPool& pool) {
  const Windows& w = c.windows;
  const std::uint64_t strip = strip_of(w);
  if (!c.bias) return pool.zeros(w.groups * strip);
  std::vector<float> all(w.groups * strip);
  for (std::size_t o = 0; o < w.out_channels; ++o)
    all[o / w.out_of_group() * strip + o % w.out_of_group()] = c.bias->values[o];
  return pool.floats(all, all.size(), 0.0f);
}

std::uint32_t word(std::uint64_t n) {
  SPIKELOOM_CHECK(n <= 0xffffffffu, "schedule", "a convolution is beyond 32 bits");
  return static_cast<std::uint32_t>(n);
}

/// The windows of a pool along one axis: the first place within the sample, and how many there are.
std::uint32_t add_pooled(const WindowAxis& axis, std::uint64_t place_units, ConstantPool& pool) {
  std::vector<std::uint32_t> table;
  for (std::size_t place = 0; place < axis.out; ++place) {
    const std::int64_t begin = axis.touches(place, 0), end = begin + static_cast<std::int64_t>(axis.kernel);
    const std::int64_t first = std::max<std::int64_t>(begin, 0),
                       last = std::min(end, static_cast<std::int64_t>(axis.in));
    table.push_back(word(static_cast<std::uint64_t>(first) * place_units));
    table.push_back(word(static_cast<std::uint64_t>(last - first)));
  }
  return pool.words(table);
}

/// By what an average of each place is divided.
std::uint32_t add_divisors(const Pool& p, ConstantPool& pool) {
  std::vector<float> all;
  if (p.how == Pool::How::average)
    for (std::size_t row = 0; row < p.windows.rows.out; ++row)
      for (std::size_t column = 0; column < p.windows.columns.out; ++column)
        all.push_back(static_cast<float>(p.divisor(row, column)));
  return pool.floats(all, all.size(), 1.0f);
}

/// Words about its drive.
std::vector<std::uint32_t> facts_of(const Convolution& c, const PlanOptions& options) {
  const double share =
      options.drive == Drive::dense ? 0 : std::clamp(window_crossing(options.costs), 0.05, 1.0);
  std::vector<std::uint32_t> facts(kDriveFacts);
  facts[kFanIn] = word(c.windows.in_of_group() * c.windows.rows.kernel * c.windows.columns.kernel);
  facts[kDenseFrom] = facts[kEventsFrom] = static_cast<std::uint32_t>(share * 65536);
  return facts;
}

}  // namespace

bool may_be_dense(const Convolution& c) {
  const Windows& w = c.windows;
  return !w.transposed && plane_floats(w) <= 4 * std::uint64_t{w.inputs()} + 4096;
}

std::vector<std::uint32_t> pack(const Convolution& c, const Pool* pooling, spikeloom_element input,
                                const PlanOptions& options, ConstantPool& pool) {
  const Windows& w = c.windows;
  const Columns columns(w.columns, w.transposed);
  const std::uint64_t units = strip_of(w) / kUnitFloats;
  std::vector<std::uint32_t> packed;

  std::vector<std::uint32_t> g(kGridFacts);
  const auto divisor = [&](std::uint32_t at, std::uint64_t d) {
    const std::uint64_t m = divisor_of(d);
    std::memcpy(g.data() + at, &m, sizeof m);
  };
  divisor(kInputDivisor, w.rows.in * w.columns.in);
  divisor(kColumnDivisor, w.columns.in);
  divisor(kGroupDivisor, w.in_of_group());
  g[kInputs] = word(w.inputs());
  g[kPlaneIn] = word(w.rows.in * w.columns.in);
  g[kColumnsIn] = word(w.columns.in);
  g[kGroups] = word(w.groups);
  g[kInOfGroup] = word(w.in_of_group());
  g[kOutOfGroup] = word(w.out_of_group());
  g[kStrip] = word(strip_of(w));
  g[kElements] = word(w.rows.kernel * w.columns.kernel);
  g[kRowsOut] = word(w.rows.out);
  g[kColumnsOut] = word(w.columns.out);
  g[kRowStride] = word(w.rows.stride);
  g[kColumnStride] = word(w.columns.stride);
  g[kSumsAt] = word(list_of(w, input) / kUnitBytes);
  g[kPooledAt] = word(g[kSumsAt] + sums_floats(w) / kUnitFloats);
  g[kPlaneAt] = word(g[kPooledAt] + pooled_floats(w, pooling) / kUnitFloats);
  if (pooling) {
    g[kPooledRows] = word(pooling->windows.rows.out);
    g[kPooledColumns] = word(pooling->windows.columns.out);
    g[kPoolWindow] = word(pooling->windows.columns.kernel);
  }
  if (may_be_dense(c)) {
    g[kPlaneRows] = word(plane_extent(w.rows));
    g[kPlaneColumns] = word(plane_extent(w.columns));
    g[kRowsBefore] = word(w.rows.before);
    g[kColumnsBefore] = word(w.columns.before);
    g[kHasBorder] = has_border(w);
  }
  packed.push_back(pool.words(g));

  packed.push_back(add_table(pool, w.rows.in, 2, w.columns.out * units, w.columns.kernel * units, 0,
                             [&](std::size_t in) { return hits_of(w.rows, w.transposed, in); }));
  packed.push_back(add_table(pool, w.columns.in, 3, units, units, units,
                             [&](std::size_t in) { return columns.runs(in); }));

  std::vector<std::uint32_t> elements;
  if (may_be_dense(c))
    for (std::size_t r = 0; r < w.rows.kernel; ++r)
      for (std::size_t k = 0; k < w.columns.kernel; ++k) {
        elements.push_back(word(r * w.rows.dilation * plane_extent(w.columns) + k * w.columns.dilation));
        elements.push_back(word((r * w.columns.kernel + columns.stored_at(k)) * units));
      }
  else
    elements.push_back(0);
  packed.push_back(pool.words(elements));
  packed.push_back(pack_weights(c, columns, pool));
  packed.push_back(pack_bias(c, pool));
  packed.push_back(pool.tuning(facts_of(c, options)));
  if (pooling) {
    packed.push_back(add_pooled(pooling->windows.rows, w.columns.out * units, pool));
    packed.push_back(add_pooled(pooling->windows.columns, units, pool));
    packed.push_back(add_divisors(*pooling, pool));
  }
  return packed;
}

std::uint64_t packed_bytes(const Convolution& c) {
  const Windows& w = c.windows;
  const std::uint64_t tables = table_words(w.rows, w.transposed, 2, false) +
                               table_words(w.columns, w.transposed, 3, w.columns.dilation == 1) +
                               2 * w.rows.kernel * w.columns.kernel + kGridFacts;
  return tables * 4 + w.in_channels * w.rows.kernel * w.columns.kernel * strip_of(w) * 4 +
         w.groups * strip_of(w) * 4 + 8 * kUnitBytes;
}

std::uint64_t scratch_bytes(const Convolution& c, const Pool* pooling, spikeloom_element input) {
  const Windows& w = c.windows;
  return list_of(w, input) + 4 * (sums_floats(w) + pooled_floats(w, pooling)) +
         (may_be_dense(c) ? 4 * padded(plane_floats(w)) : 0);
}

PackedPool pack(const Pool& p, ConstantPool& pool) {
  const Windows& w = p.windows;
  const std::uint64_t plane_rows = plane_extent(w.rows), plane_columns = plane_extent(w.columns);
  PackedPool packed;
  packed.has_border = has_border(w);

  std::vector<std::uint32_t> g(kPoolFacts);
  g[kPoolInputs] = word(w.inputs());
  g[kPoolRows] = word(w.in_channels * w.rows.in);
  g[kPoolRowsOfChannel] = word(w.rows.in);
  g[kPoolColumns] = word(w.columns.in);
  g[kPoolPlaneRows] = word(plane_rows);
  g[kPoolPlaneColumns] = word(plane_columns);
  g[kPoolRowsBefore] = word(w.rows.before);
  g[kPoolColumnsBefore] = word(w.columns.before);
  g[kPoolKernelRows] = word(w.rows.kernel);
  g[kPoolKernelColumns] = word(w.columns.kernel);
  g[kPoolPlaneAt] = word(padded(w.inputs()) / kUnitFloats);  // behind the input as floats
  packed.constants = {pool.words(g)};

  std::vector<std::uint32_t> firsts;
  PerNeuron divisors;
  for (std::size_t channel = 0; channel < w.out_channels; ++channel)
    for (std::size_t row = 0; row < w.rows.out; ++row)
      for (std::size_t column = 0; column < w.columns.out; ++column) {
        firsts.push_back(
            word((channel * plane_rows + row * w.rows.stride) * plane_columns + column * w.columns.stride));
        if (p.how == Pool::How::average)
          divisors.values.push_back(static_cast<float>(p.divisor(row, column)));
      }
  firsts.resize(padded(firsts.size()));  // vectors of outputs may reach behind the last one
  packed.constants.push_back(pool.words(firsts));
  if (divisors.values.empty()) divisors.values = {1.0f};
  if (std::ranges::all_of(divisors.values, [&](float x) { return x == divisors.values.front(); }))
    divisors.values.resize(1);
  packed.uniform = divisors.uniform();
  packed.constants.push_back(pool.per_neuron(divisors, w.outputs()));
  return packed;
}

std::uint64_t packed_bytes(const Pool& p) {
  return 4 * (2 * padded(p.windows.outputs()) + kPoolFacts) + 4 * kUnitBytes;
}

std::uint64_t scratch_bytes(const Pool& p) {
  return 4 * (padded(p.windows.inputs()) + padded(plane_floats(p.windows)));
}

}  // namespace spikeloom
