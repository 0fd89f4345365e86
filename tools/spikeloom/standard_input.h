// Standard input, read as it comes: a line or a row at a time, never waiting for more than that.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "spikeloom/result.h"

namespace spikeloom::tool {

class StandardInput {
 public:
  explicit StandardInput(std::stop_token stop) : stop_(std::move(stop)) {}

  /// The next line, without its end; nothing at the end of the input or when the user stopped. A line that
  /// goes on beyond `most` bytes is given up to there, and is the last.
  Result<std::optional<std::string_view>> line(std::size_t most);
  /// Fills `into`; gives the number of bytes that there were before the end, or before the user stopped.
  Result<std::size_t> take(std::span<unsigned char> into);

 private:
  /// Waits for more; false at the end.
  Result<bool> more();

  std::stop_token stop_;
  std::string buffer_;
  std::size_t used_ = 0;
  bool is_over_ = false;
};

/// All of it on standard output, at once.
Result<void> write_out(std::string_view bytes);

}  // namespace spikeloom::tool
