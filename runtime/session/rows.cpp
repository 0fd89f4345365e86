#include "session/rows.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "spikeloom/recorder.h"

namespace spikeloom {

// Every input passes here: worth a version for each vector width. Sanitizers have no say in how it is chosen.
#if defined(__x86_64__) && defined(__linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(SPIKELOOM_SANITIZED)
#define SPIKELOOM_FOR_EACH_WIDTH __attribute__((target_clones("arch=x86-64-v4", "avx2", "default")))
#else
#define SPIKELOOM_FOR_EACH_WIDTH
#endif

namespace {

constexpr std::uint32_t kExponent = 0x7f800000;  // all ones: infinite or NaN

SPIKELOOM_FOR_EACH_WIDTH bool all_finite(const float* values, std::size_t count) {
  // One more than all ones carries into the sign, which the mask has cleared.
  std::uint32_t carried = 0;
  for (std::size_t i = 0; i < count; ++i)
    carried |= (std::bit_cast<std::uint32_t>(values[i]) & kExponent) + 0x00800000u;
  return carried < 0x80000000u;
}

}  // namespace

std::size_t first_not_finite(std::span<const float> values) {
  if (all_finite(values.data(), values.size())) return values.size();
  std::size_t i = 0;
  while ((std::bit_cast<std::uint32_t>(values[i]) & kExponent) != kExponent) ++i;
  return i;
}

std::size_t first_that_fits_not(const spikeloom_buffer& buffer, std::span<const float> values) {
  if (buffer.element != SPIKELOOM_BYTES) return values.size();
  const auto fits = [](float x) { return x >= 0 && x <= 255 && x == std::floor(x); };
  return static_cast<std::size_t>(std::ranges::find_if_not(values, fits) - values.begin());
}

void write_rows(const spikeloom_run& run, std::uint32_t buffer, std::uint64_t step,
                std::span<const float> values) {
  const spikeloom_buffer& b = run.table->buffer[buffer];
  const std::size_t n = b.count;
  if (n == 0) return;
  for (std::uint32_t sample = 0; sample < run.batch; ++sample) {
    unsigned char* row = spikeloom_row(&run, buffer, step, sample);
    const float* from = values.data() + sample * n;
    if (b.element == SPIKELOOM_BYTES)
      std::transform(from, from + n, row, [](float x) { return static_cast<unsigned char>(x); });
    else
      std::memcpy(row, from, n * sizeof(float));
  }
}

void read_rows(const spikeloom_run& run, std::uint32_t buffer, std::uint64_t step, std::span<float> values) {
  const spikeloom_buffer& b = run.table->buffer[buffer];
  Block block{
      .steps = 1, .samples = 1, .neurons = b.count, .element = static_cast<spikeloom_element>(b.element)};
  for (std::uint32_t sample = 0; sample < run.batch; ++sample) {
    block.data = spikeloom_row(&run, buffer, step, sample);
    const std::span<float> to = values.subspan(std::size_t{sample} * b.count, b.count);
    if (b.element == SPIKELOOM_BYTES)
      std::copy_n(block.data, b.count, to.begin());
    else
      block.copy_row(0, 0, to);
  }
}

void copy_bits(const unsigned char* from, std::uint32_t first, std::uint32_t count, unsigned char* to) {
  const std::uint32_t bytes = (count + 7) / 8, shift = first % 8;
  from += first / 8;
  const std::uint32_t available = (shift + count + 7) / 8;  // bytes that hold a wanted bit
  for (std::uint32_t i = 0; i < bytes; ++i) {
    unsigned value = from[i] >> shift;
    if (shift != 0 && i + 1 < available) value |= static_cast<unsigned>(from[i + 1]) << (8 - shift);
    to[i] = static_cast<unsigned char>(value);
  }
  if (count % 8 != 0) to[bytes - 1] &= static_cast<unsigned char>((1u << count % 8) - 1);
}

}  // namespace spikeloom
