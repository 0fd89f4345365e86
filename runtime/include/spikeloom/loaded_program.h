// A compiled network in memory, however it got there: JIT, object file, or a table written by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "spikeloom/export.h"
#include "spikeloom/program.h"
#include "spikeloom/result.h"

namespace spikeloom {

/// Immutable and shared: many sessions may run one Program at once. Copies are cheap.
class SPIKELOOM_API Program {
 public:
  /// Takes a table whose memory `owner` keeps alive (code, constants and the table's own arrays). Fails if
  /// the table is not sound (spikeloom_check_table).
  static Result<Program> load(const spikeloom_table* table, const spikeloom_kernel* kernels,
                              const unsigned char* constants, std::shared_ptr<const void> owner);

  const spikeloom_table& table() const { return *table_; }
  const spikeloom_kernel* kernels() const { return kernels_; }
  const unsigned char* constants() const { return constants_; }
  std::string_view name(std::uint32_t offset) const { return table_->names + offset; }

  /// The signal of that name, or null: "image", "lif1", "lif1.mem", or a graph output's name (roles
  /// disambiguate: outputs are looked up only with `find_output`).
  const spikeloom_signal* find(std::string_view name) const;
  const spikeloom_signal* find_output(std::string_view name) const;
  std::span<const spikeloom_signal> signals() const { return {table_->signal, table_->signals}; }

  /// The inputs that are given once, and those that are given every step, in the order of the signals.
  std::vector<const spikeloom_signal*> constant_inputs() const;
  std::vector<const spikeloom_signal*> varying_inputs() const;

  std::string_view name(const spikeloom_signal& s) const { return name(s.name); }
  /// Elements of one sample.
  std::uint32_t size(const spikeloom_signal& s) const { return table_->buffer[s.buffer].count; }
  std::span<const std::uint32_t> shape(const spikeloom_signal& s) const { return {s.shape, s.rank}; }
  /// Values are 0 or 1 and kept as bits.
  bool is_bits(const spikeloom_signal& s) const { return table_->buffer[s.buffer].element == SPIKELOOM_BITS; }

 private:
  Program() = default;
  const spikeloom_table* table_ = nullptr;
  const spikeloom_kernel* kernels_ = nullptr;
  const unsigned char* constants_ = nullptr;
  std::shared_ptr<const void> owner_;
};

}  // namespace spikeloom
