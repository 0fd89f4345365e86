#include "schedule/constants.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "schedule/sparse.h"
#include "schedule/windows.h"
#include "support/check.h"

namespace spikeloom {
namespace {

constexpr std::uint64_t kLineFloats = 16;

std::uint64_t padded(std::uint64_t n, std::uint64_t multiple) {
  return (n + multiple - 1) / multiple * multiple;
}

}  // namespace

std::uint64_t row_bytes(std::uint64_t n, spikeloom_element element) {
  // Bits: whole words of 64, and as many as kernels of 16 lanes write.
  if (element == SPIKELOOM_BITS) return padded(padded(n, 64) / 8, 64);
  return element == SPIKELOOM_BYTES ? padded(n, 64) : padded(n, kLineFloats) * 4;
}

std::uint64_t packed_size(std::uint64_t out, std::uint64_t in) {
  return padded(out, kLineFloats) * in;
}

std::uint32_t ConstantPool::add(spikeloom_element element, std::uint64_t count, std::uint64_t row,
                                std::uint64_t rows) {
  SPIKELOOM_CHECK(count <= 0xffffffffu, "schedule", "a row has more than 2^32 elements");
  spikeloom_buffer b{};
  b.memory = SPIKELOOM_CONSTANT;
  b.element = element;
  b.slots = 1;
  b.count = static_cast<std::uint32_t>(count);
  b.row_bytes = row;
  b.offset = bytes_.size();
  b.initial = SPIKELOOM_NONE;
  bytes_.resize(bytes_.size() + row * rows);
  buffers_.push_back(b);
  return static_cast<std::uint32_t>(buffers_.size() - 1);
}

float* ConstantPool::floats_of(std::uint32_t buffer) {
  return reinterpret_cast<float*>(bytes_.data() + buffers_[buffer].offset);
}

std::uint32_t ConstantPool::floats(std::span<const float> values, std::size_t count, float rest) {
  count = std::max<std::size_t>(count, 1);  // the midpoints of a table with one level
  const std::uint32_t id = add(SPIKELOOM_FLOAT, count, row_bytes(count, SPIKELOOM_FLOAT), 1);
  float* row = floats_of(id);
  std::fill_n(row, buffers_[id].row_bytes / 4, rest);
  std::ranges::copy(values, row);
  return id;
}

std::uint32_t ConstantPool::per_neuron(const PerNeuron& values, std::size_t neurons) {
  if (!values.uniform()) return floats(values.values, neurons, values.values.back());
  const float value = values[0];
  const auto [known, is_new] = uniform_.try_emplace(std::bit_cast<std::uint32_t>(value), 0);
  if (is_new) known->second = floats({}, kLineFloats, value);
  return known->second;
}

std::uint32_t ConstantPool::words(std::span<const std::uint32_t> values) {
  const std::uint32_t id = add(SPIKELOOM_WORDS, values.size(), row_bytes(values.size(), SPIKELOOM_WORDS), 1);
  std::memcpy(floats_of(id), values.data(), values.size_bytes());
  return id;
}

std::uint32_t ConstantPool::bytes(std::uint64_t count) {
  const std::uint64_t words = padded(count, 64) / 4;
  return add(SPIKELOOM_WORDS, words, words * 4, 1);
}

std::uint32_t ConstantPool::initial(const PerNeuron& values, std::size_t neurons, std::uint32_t rows,
                                    spikeloom_element element) {
  const std::uint32_t id = add(element, neurons, row_bytes(neurons, element), rows);
  const std::size_t total = neurons * rows;
  SPIKELOOM_CHECK(values.uniform() || values.values.size() == total, "schedule", "initial values fit no row");
  unsigned char* first = bytes_.data() + buffers_[id].offset;
  for (std::size_t i = 0; i < total; ++i) {
    unsigned char* row = first + i / neurons * buffers_[id].row_bytes;
    const std::size_t j = i % neurons;
    const float value = values.uniform() ? values[0] : values.values[i];
    if (element == SPIKELOOM_BITS)
      row[j / 8] = static_cast<unsigned char>(row[j / 8] | (value != 0 ? 1u << (j % 8) : 0u));
    else if (element == SPIKELOOM_BYTES)
      row[j] = static_cast<unsigned char>(value);
    else
      std::memcpy(row + j * 4, &value, 4);
  }
  return id;
}

std::uint32_t ConstantPool::zeros(std::size_t count) {
  const auto [known, is_new] = zeros_.try_emplace(count, 0);
  if (is_new) known->second = floats({}, count, 0.0f);
  return known->second;
}

std::uint32_t ConstantPool::tuning(std::span<const std::uint32_t> values) {
  tuning_.push_back(words(values));
  return tuning_.back();
}

std::uint32_t ConstantPool::weights(const std::shared_ptr<const Tensor>& matrix, std::uint32_t portable_panel,
                                    std::uint32_t strip) {
  const auto [known, is_new] = weights_.try_emplace({matrix.get(), portable_panel}, 0);
  if (!is_new) return known->second;
  const std::size_t out = matrix->shape[0], in = matrix->shape[1];
  // The buffer counts one padded output row an input; a matrix is no row of a signal.
  known->second = add(SPIKELOOM_FLOAT, padded(out, kLineFloats), packed_size(out, in) * 4, 1);
  packed_.push_back({known->second, matrix});
  float* to = floats_of(known->second);
  for (std::size_t first = 0; first < out; first += strip) {
    const std::size_t rows = std::min<std::size_t>(strip, out - first);
    const std::size_t width = padded(rows, kLineFloats);
    for (std::size_t o = 0; o < rows; ++o) {
      const float* from = matrix->values.data() + (first + o) * in;
      for (std::size_t k = 0; k < in; ++k) to[k * width + o] = from[k];
    }
    to += in * width;
  }
  return known->second;
}

std::uint64_t constant_bytes(const Model& model) {
  std::uint64_t bytes = 0;
  for (const ModelNode& n : model.nodes) {
    if (const auto* l = std::get_if<Linear>(&n.kind)) {
      bytes += 4 * packed_size(l->weight->shape[0], l->weight->shape[1]) + row_bytes(n.size, SPIKELOOM_FLOAT);
    } else if (const auto* p = std::get_if<Population>(&n.kind)) {
      const auto rows = [&](const PerNeuron& v) {
        return (v.values.size() + 15) / 16 * 64 + row_bytes(n.size, SPIKELOOM_FLOAT);
      };
      for (const PerNeuron& v : p->fixed) bytes += rows(v);
      for (const PerNeuron& v : p->initial) bytes += rows(v);
    } else if (const auto* s = std::get_if<Sparse>(&n.kind)) {
      bytes += packed_bytes(*s->synapses);
    } else if (const auto* c = std::get_if<Convolution>(&n.kind)) {
      bytes += packed_bytes(*c);
    } else if (const auto* pool = std::get_if<Pool>(&n.kind)) {
      bytes += packed_bytes(*pool);
    } else if (const auto* sequence = std::get_if<Sequence>(&n.kind)) {
      bytes += sequence->rows->values.size() * 4 + 64;
    } else if (std::holds_alternative<Delay>(n.kind)) {
      bytes += row_bytes(n.size, SPIKELOOM_WORDS);
    }
  }
  return bytes;
}

}  // namespace spikeloom
