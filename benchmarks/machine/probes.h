// The loops that a machine is measured with, written in the registers of its limit kernels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "limits/limit.h"

namespace spikeloom::benchmarks {

class Probes {
 public:
  static constexpr std::size_t kRow = 128;  // floats

  virtual ~Probes() = default;
  /// Adds `count` rows of kRow floats to registers, so many times; enough of them hide the latency of an
  /// addition.
  virtual void add_rows(const float* rows, std::size_t count, std::size_t times) const = 0;
  /// The same, multiplied.
  virtual void fuse_rows(const float* rows, std::size_t count, std::size_t times) const = 0;
  /// Rows of `size` floats, 1, 2, 4 or a multiple of 8 registers, in the order of a list.
  virtual void add_rows_in_order(const float* rows, std::span<const std::uint32_t> order,
                                 std::size_t size) const = 0;
  struct Panel {
    const float* weights;
    std::size_t bytes;
  };
  /// How the rows of a panel come near: with the first sum that needs them, all in order beforehand, or asked
  /// for while the panel before them is read.
  enum class Coming { as_read, in_order, asked_for };
  /// Adds rows of `size` floats of a panel in the order of a list.
  virtual void visit(const Panel& panel, std::span<const std::uint32_t> order, std::size_t size,
                     const Panel& next, Coming coming) const = 0;
  /// Reads and writes back a multiple of 64 floats.
  virtual void update(float* values, std::size_t count) const = 0;
  /// Multiplies and adds on registers; returns how many operations of a float that is each time.
  virtual double operate(std::size_t times) const = 0;

  // What tiles take, as Machine tells.
  virtual double seconds_of_row(int registers) const = 0;
  virtual double seconds_of_update(Kind kind, int registers) const = 0;
  virtual double seconds_of_list(bool floats) const = 0;
};

}  // namespace spikeloom::benchmarks
