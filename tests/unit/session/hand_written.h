// A program whose table and kernels are written by hand:
//
//   drive (varying) -+-> mem = beta * mem + drive + bias + feedback * spk(t - delay) - threshold * fired
//   bias (constant) -+        spk = mem > threshold
//
// with `mem` in one slot and, if wanted, a history of it. One segment, step by step.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "spikeloom/runtime.h"

namespace spikeloom::hand {

struct Options {
  std::uint32_t neurons = 21;
  std::uint32_t delay = 3;  // of the feedback, at least 1
  std::uint32_t slots = 8;  // of the spikes' ring and of the input's
  std::uint32_t block_steps = 4;
  bool history = false;  // `mem` is also written to a ring
  bool stepwise = true;  // else whole blocks; right only if delay >= block_steps
  std::uint64_t hash = 0x1234;
  float initial_mem = 0;
  std::uint32_t initial_rows = 1;  // more: one initial membrane per sample, initial_mem + sample
};

inline constexpr float kBeta = 0.9f, kThreshold = 1.0f, kFeedback = -0.25f;

inline const float* floats(const spikeloom_call& c, std::uint32_t i, std::uint32_t s, std::uint32_t b) {
  return reinterpret_cast<const float*>(c.operand[i] + s * c.step_stride[i] + b * c.sample_stride[i]);
}
inline unsigned char* bytes(const spikeloom_call& c, std::uint32_t i, std::uint32_t s, std::uint32_t b) {
  return c.operand[i] + s * c.step_stride[i] + b * c.sample_stride[i];
}

/// Operands: drive, bias, delayed spikes, parameters {beta, threshold, feedback}, mem, spikes, and mem's
/// history if sizes[1] is 1. Plain scalar code.
inline void lif(const spikeloom_call* c) {
  for (std::uint32_t s = 0; s < c->steps; ++s)
    for (std::uint32_t b = c->first_sample; b < c->end_sample; ++b) {
      const float *drive = floats(*c, 0, s, b), *bias = floats(*c, 1, s, b), *parameter = floats(*c, 3, s, b);
      const unsigned char* before = bytes(*c, 2, s, b);
      float* mem = const_cast<float*>(floats(*c, 4, s, b));
      unsigned char* spikes = bytes(*c, 5, s, b);
      float* history = c->size[1] ? const_cast<float*>(floats(*c, 6, s, b)) : nullptr;
      for (std::uint32_t j = c->first_neuron; j < c->end_neuron; ++j) {
        const float fired = mem[j] > parameter[1] ? 1.0f : 0.0f;
        const float fed_back = (before[j / 8] >> j % 8 & 1) != 0 ? parameter[2] : 0.0f;
        const float leak = parameter[0] * mem[j], driven = leak + drive[j], biased = driven + bias[j];
        const float fed = biased + fed_back;
        mem[j] = fed - fired * parameter[1];
        const unsigned bit = mem[j] > parameter[1] ? 1u : 0u;
        spikes[j / 8] = static_cast<unsigned char>((spikes[j / 8] & ~(1u << j % 8)) | bit << j % 8);
        if (history) history[j] = mem[j];
      }
    }
}

/// Owns everything that a table points to.
struct Image {
  spikeloom_table table{};
  std::vector<spikeloom_buffer> buffers;
  std::vector<spikeloom_operand> operands;
  std::vector<spikeloom_stage> stages;
  std::vector<spikeloom_segment> segments;
  std::vector<spikeloom_signal> signals;
  std::string names;
  struct alignas(64) Line {
    unsigned char bytes[64];
  };
  std::vector<Line> constants;
  spikeloom_kernel kernels[1] = {lif};

  std::uint32_t name(std::string_view text) {
    const auto at = static_cast<std::uint32_t>(names.size());
    names.append(text).push_back('\0');
    return at;
  }
  std::uint32_t arena(spikeloom_element element, std::uint32_t n, std::uint32_t slots) {
    const std::uint64_t row = element == SPIKELOOM_BITS ? (n + 511ull) / 512 * 64 : (n + 15ull) / 16 * 64;
    buffers.push_back({.memory = SPIKELOOM_STATE,
                       .element = element,
                       .slots = slots,
                       .count = n,
                       .row_bytes = row,
                       .offset_per_sample = table.arena_per_sample,
                       .initial = SPIKELOOM_NONE});
    table.arena_per_sample += row * slots;
    return static_cast<std::uint32_t>(buffers.size() - 1);
  }
  std::uint32_t constant(const std::vector<float>& values) {
    const std::uint64_t offset = constants.size() * 64, row = (values.size() + 15) / 16 * 64;
    constants.resize(constants.size() + row / 64);
    float* to = reinterpret_cast<float*>(constants.data() + offset / 64);
    for (std::size_t i = 0; i < values.size(); ++i) to[i] = values[i];
    buffers.push_back({.memory = SPIKELOOM_CONSTANT,
                       .element = SPIKELOOM_FLOAT,
                       .slots = 1,
                       .count = static_cast<std::uint32_t>(values.size()),
                       .row_bytes = row,
                       .offset = offset,
                       .initial = SPIKELOOM_NONE});
    return static_cast<std::uint32_t>(buffers.size() - 1);
  }
  void signal(std::string_view text, spikeloom_role role, std::uint32_t buffer, bool is_constant = false,
              std::uint32_t history = SPIKELOOM_NONE) {
    signals.push_back({.name = name(text),
                       .role = static_cast<std::uint32_t>(role),
                       .buffer = buffer,
                       .constant = is_constant,
                       .rank = 1,
                       .shape = {buffers[buffer].count},
                       .history = history});
  }
  void point() {
    table.buffer = buffers.data(), table.buffers = static_cast<std::uint32_t>(buffers.size());
    table.operand = operands.data(), table.operands = static_cast<std::uint32_t>(operands.size());
    table.stage = stages.data(), table.stages = static_cast<std::uint32_t>(stages.size());
    table.segment = segments.data(), table.segments = static_cast<std::uint32_t>(segments.size());
    table.signal = signals.data(), table.signals = static_cast<std::uint32_t>(signals.size());
    table.names = names.data(), table.names_bytes = static_cast<std::uint32_t>(names.size());
    table.constant_bytes = constants.size() * 64;
    table.kernels = 1;
  }
  const unsigned char* constant_bytes() const { return constants.empty() ? nullptr : constants[0].bytes; }
};

inline std::shared_ptr<Image> image(const Options& o = {}) {
  auto i = std::make_shared<Image>();
  const std::uint32_t n = o.neurons;
  i->table.format = SPIKELOOM_FORMAT;
  i->table.block_steps = o.block_steps;
  i->table.hash = o.hash;
  i->table.seed = 7;
  i->table.dt = 1;
  i->table.group = 1;
  i->table.fixed_batch = o.initial_rows > 1 ? o.initial_rows : 0;

  const std::uint32_t parameters = i->constant({kBeta, kThreshold, kFeedback});
  std::vector<float> rows;
  for (std::uint32_t row = 0; row < o.initial_rows; ++row) {
    rows.resize(rows.size() + n, o.initial_mem + static_cast<float>(row));
    rows.resize((rows.size() + 15) / 16 * 16, 0);
  }
  const std::uint32_t initial = i->constant(rows);
  i->buffers[initial].row_bytes = (n + 15ull) / 16 * 64;
  i->buffers[initial].count = n;

  const std::uint32_t drive = i->arena(SPIKELOOM_FLOAT, n, o.slots), bias = i->arena(SPIKELOOM_FLOAT, n, 1);
  const std::uint32_t mem = i->arena(SPIKELOOM_FLOAT, n, 1), spikes = i->arena(SPIKELOOM_BITS, n, o.slots);
  const std::uint32_t history = o.history ? i->arena(SPIKELOOM_FLOAT, n, o.slots) : SPIKELOOM_NONE;
  i->buffers[spikes].reach = o.delay;
  for (const std::uint32_t b : {mem, history})
    if (b != SPIKELOOM_NONE) i->buffers[b].initial = initial, i->buffers[b].initial_rows = o.initial_rows;

  i->operands = {{drive, 0, 0},      {bias, 0, 0}, {spikes, o.delay, 0},
                 {parameters, 0, 0}, {mem, 0, 0},  {spikes, 0, 0}};
  if (o.history) i->operands.push_back({history, 0, 0});
  i->stages = {{.kernel = 0,
                .first_operand = 0,
                .operands = static_cast<std::uint32_t>(i->operands.size()),
                .sizes = {n, o.history ? 1u : 0u, 0, 0},
                .node_key = 1,
                .name = i->name("lif1")}};
  i->segments = {{0, 1, o.stepwise ? 1u : 0u, 0}};
  i->signal("drive", SPIKELOOM_INPUT, drive);
  i->signal("bias", SPIKELOOM_INPUT, bias, true);
  i->signal("lif1", SPIKELOOM_SPIKES, spikes);
  i->signal("lif1.mem", SPIKELOOM_NEURON_STATE, mem, false, history);
  i->signal("spikes", SPIKELOOM_OUTPUT, spikes);
  i->point();
  return i;
}

inline Program program(const Options& o = {}) {
  const std::shared_ptr<Image> i = image(o);
  Result<Program> loaded = Program::load(&i->table, i->kernels, i->constant_bytes(), i);
  return *std::move(loaded);
}

/// The drive of one step: a few numbers that make some neurons spike. Depends on step, sample and neuron
/// only.
inline float drive(std::uint64_t step, std::uint32_t sample, std::uint32_t neuron) {
  const std::uint64_t mixed = (step * 2654435761u + sample * 40503u + neuron * 97u) % 1000;
  return static_cast<float>(mixed) * 0.0007f - 0.1f;
}

inline InputSource source(std::uint32_t batch, std::uint32_t neurons) {
  return
      [=](std::string_view, std::uint64_t first, std::uint32_t steps, std::span<float> rows) -> Result<void> {
        std::size_t at = 0;
        for (std::uint32_t s = 0; s < steps; ++s)
          for (std::uint32_t b = 0; b < batch; ++b)
            for (std::uint32_t j = 0; j < neurons; ++j) rows[at++] = drive(first + s, b, j);
        return {};
      };
}

/// The same network in the plainest loops: mem and spk of every step, [steps][batch][n].
struct Trace {
  std::vector<float> mem, spikes;
};
inline Trace expected(const Options& o, std::uint32_t batch, std::uint64_t steps, float bias,
                      std::uint32_t first_sample = 0) {
  const std::size_t row = std::size_t{batch} * o.neurons;
  Trace trace{std::vector<float>(steps * row), std::vector<float>(steps * row)};
  for (std::uint32_t b = 0; b < batch; ++b)
    for (std::uint32_t j = 0; j < o.neurons; ++j) {
      float mem = o.initial_mem + (o.initial_rows > 1 ? static_cast<float>(b) : 0.0f);
      for (std::uint64_t t = 0; t < steps; ++t) {
        const std::size_t at = t * row + std::size_t{b} * o.neurons + j;
        const float fired = mem > kThreshold ? 1.0f : 0.0f;
        const float fed = t >= o.delay && trace.spikes[at - o.delay * row] != 0 ? kFeedback : 0.0f;
        const float leak = kBeta * mem, driven = leak + drive(t, first_sample + b, j), biased = driven + bias;
        mem = (biased + fed) - fired * kThreshold;
        trace.mem[at] = mem;
        trace.spikes[at] = mem > kThreshold ? 1.0f : 0.0f;
      }
    }
  return trace;
}

}  // namespace spikeloom::hand
