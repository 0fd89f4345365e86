// A compiled network in memory, however it got there: JIT, object file, or a table written by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "spikeloom/program.h"
#include "spikeloom/result.h"

namespace spikeloom {

/// Immutable and shared: many sessions may run one Program at once. Copies are cheap.
class Program {
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

 private:
  Program() = default;
  const spikeloom_table* table_ = nullptr;
  const spikeloom_kernel* kernels_ = nullptr;
  const unsigned char* constants_ = nullptr;
  std::shared_ptr<const void> owner_;
};

}  // namespace spikeloom
