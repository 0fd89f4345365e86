// How the command speaks: people's text on stderr, data on stdout, colours on a terminal only.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "spikeloom/result.h"

namespace spikeloom::tool {

class Terminal {
 public:
  /// Looks at the two streams and at NO_COLOR and TERM.
  static Terminal detect();

  bool shows_progress() const { return stderr_is_terminal_; }
  unsigned columns() const;  // of the terminal; 80 if unknown

  /// A line on stderr. The caller has escaped what came from files.
  void say(std::string_view line) const;
  /// A line on stderr that is overwritten by the next one; "" removes it.
  void say_for_now(std::string_view line) const;
  void diagnostics(std::span<const Diagnostic> problems) const;

  /// Text on stdout, as it is.
  void data(std::string_view text) const;
  /// False if stdout did not take everything.
  bool flush() const;

  /// Emphasis for one of the two streams; the text itself where there are no colours.
  std::string bold(std::string_view text) const;
  std::string muted(std::string_view text) const;
  std::string good(std::string_view text) const;
  std::string bad(std::string_view text) const;
  std::string bold_data(std::string_view text) const;
  std::string muted_data(std::string_view text) const;

 private:
  bool stderr_is_terminal_ = false;
  bool stderr_has_colors_ = false;
  bool stdout_has_colors_ = false;
};

}  // namespace spikeloom::tool
