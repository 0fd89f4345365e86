#include <bit>
#include <cstring>

#include "spikeloom/recorder.h"

namespace spikeloom {
namespace {

constexpr std::uint32_t kNaN = 0x7fc00000;

std::uint32_t value_bits(const unsigned char* row, std::size_t neuron) {
  std::uint32_t bits;
  std::memcpy(&bits, row + neuron * 4, 4);
  return (bits & 0x7fffffff) > 0x7f800000 ? kNaN : bits;
}

bool bit(const unsigned char* row, std::size_t neuron) {
  return (row[neuron / 8] >> neuron % 8 & 1) != 0;
}

/// Bits behind the last neuron may belong to others.
unsigned masked_byte(const unsigned char* row, std::uint32_t byte, std::uint32_t neurons) {
  const std::uint32_t left = neurons - byte * 8;
  return left >= 8 ? row[byte] : row[byte] & ((1u << left) - 1);
}

/// std::popcount is a call where no instruction may be counted on.
std::uint64_t ones(std::uint64_t x) {
  x -= x >> 1 & 0x5555555555555555u;
  x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
  return ((x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56;
}

}  // namespace

Recorder::~Recorder() = default;

float Block::at(std::uint32_t step, std::uint32_t sample, std::uint32_t neuron) const {
  const unsigned char* values = row(step, sample);
  if (element == SPIKELOOM_BITS) return bit(values, neuron) ? 1.0f : 0.0f;
  return std::bit_cast<float>(value_bits(values, neuron));
}

void Block::copy_row(std::uint32_t step, std::uint32_t sample, std::span<float> values) const {
  const unsigned char* from = row(step, sample);
  if (element == SPIKELOOM_BITS) {
    for (std::uint32_t j = 0; j < neurons; ++j) values[j] = bit(from, j) ? 1.0f : 0.0f;
    return;
  }
  for (std::uint32_t j = 0; j < neurons; ++j) values[j] = std::bit_cast<float>(value_bits(from, j));
}

void Block::spikes(std::uint32_t step, std::uint32_t sample, std::vector<std::uint32_t>& neurons_out) const {
  neurons_out.clear();
  const unsigned char* values = row(step, sample);
  if (element == SPIKELOOM_BITS) {
    for (std::uint32_t byte = 0; byte < (neurons + 7) / 8; ++byte)
      for (unsigned left = masked_byte(values, byte, neurons); left != 0; left &= left - 1)
        neurons_out.push_back(byte * 8 + static_cast<std::uint32_t>(std::countr_zero(left)));
    return;
  }
  // 0 and -0 are silent; a NaN is a value that someone must see.
  for (std::uint32_t j = 0; j < neurons; ++j)
    if ((value_bits(values, j) & 0x7fffffff) != 0) neurons_out.push_back(j);
}

std::uint64_t Block::count_spikes(std::uint32_t step, std::uint32_t sample) const {
  const unsigned char* values = row(step, sample);
  std::uint64_t count = 0;
  if (element != SPIKELOOM_BITS) {
    for (std::uint32_t j = 0; j < neurons; ++j) count += (value_bits(values, j) & 0x7fffffff) != 0;
    return count;
  }
  const std::uint32_t whole = neurons / 64 * 8;  // bytes
  for (std::uint32_t byte = 0; byte < whole; byte += 8) {
    std::uint64_t word;
    std::memcpy(&word, values + byte, 8);
    if (word != 0) count += ones(word);  // few neurons fire in a step
  }
  for (std::uint32_t byte = whole; byte < (neurons + 7) / 8; ++byte)
    count += static_cast<std::uint64_t>(std::popcount(masked_byte(values, byte, neurons)));
  return count;
}

}  // namespace spikeloom
