// Between a caller's packed values, [batch][n] floats, and the padded rows of the arena.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "spikeloom/driver.h"

namespace spikeloom {

/// Index of the first value that is infinite or NaN; values.size() if there is none. Looks at bits only, so
/// the caller's floating-point mode does not matter.
std::size_t first_not_finite(std::span<const float> values);

/// Index of the first value that a row of this buffer cannot hold; values.size() if there is none. Bytes hold
/// whole numbers from 0 to 255.
std::size_t first_that_fits_not(const spikeloom_buffer& buffer, std::span<const float> values);

/// Copies [batch][n] floats to the rows of one step, floats or bytes that hold them. Padding stays as it is.
void write_rows(const spikeloom_run& run, std::uint32_t buffer, std::uint64_t step,
                std::span<const float> values);

/// Copies the rows of one step, floats, bits or bytes, to [batch][n] floats; every NaN becomes 7fc00000.
void read_rows(const spikeloom_run& run, std::uint32_t buffer, std::uint64_t step, std::span<float> values);

/// Copies bits [first, first + count) to the start of `to`, the bits behind them 0.
void copy_bits(const unsigned char* from, std::uint32_t first, std::uint32_t count, unsigned char* to);

}  // namespace spikeloom
