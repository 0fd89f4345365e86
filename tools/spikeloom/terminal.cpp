#include "spikeloom/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace spikeloom::tool {
namespace {

constexpr const char* kReset = "\x1b[0m";

std::string wrapped(bool has_colors, const char* code, std::string_view text) {
  if (!has_colors) return std::string(text);
  return code + std::string(text) + kReset;
}

}  // namespace

Terminal Terminal::detect() {
  Terminal terminal;
  const char* no_color = std::getenv("NO_COLOR");  // no-color.org: present and not empty
  const char* kind = std::getenv("TERM");
  const bool is_dumb = kind == nullptr || std::string_view(kind) == "dumb";
  const bool wants_colors = (no_color == nullptr || *no_color == '\0') && !is_dumb;
  terminal.stderr_is_terminal_ = isatty(STDERR_FILENO) != 0 && !is_dumb;
  terminal.stderr_has_colors_ = wants_colors && isatty(STDERR_FILENO) != 0;
  terminal.stdout_has_colors_ = wants_colors && isatty(STDOUT_FILENO) != 0;
  return terminal;
}

unsigned Terminal::columns() const {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 80;
}

void Terminal::say(std::string_view line) const {
  std::string text(line);
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void Terminal::say_for_now(std::string_view line) const {
  if (!stderr_is_terminal_) return;
  const std::string text = "\r" + std::string(line) + "\x1b[K" + (line.empty() ? "" : "\r");
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void Terminal::diagnostics(std::span<const Diagnostic> problems) const {
  for (const Diagnostic& problem : problems) {
    std::string text = problem.text();
    if (stderr_has_colors_) {
      const bool is_error = problem.severity == Diagnostic::Severity::error;
      const std::string word = is_error ? "error: " : "warning: ";
      const auto first_line = text.substr(0, text.find('\n'));
      if (const auto at = first_line.find(word); at != std::string::npos) {
        text.replace(at, word.size(), wrapped(true, is_error ? "\x1b[1;31m" : "\x1b[1;33m", word));
        if (at > 0) text = wrapped(true, "\x1b[1m", text.substr(0, at)) + text.substr(at);
      }
    }
    say(text);
  }
}

void Terminal::data(std::string_view text) const {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

bool Terminal::flush() const {
  return std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
}

std::string Terminal::bold(std::string_view text) const {
  return wrapped(stderr_has_colors_, "\x1b[1m", text);
}
std::string Terminal::muted(std::string_view text) const {
  return wrapped(stderr_has_colors_, "\x1b[2m", text);
}
std::string Terminal::good(std::string_view text) const {
  return wrapped(stderr_has_colors_, "\x1b[32m", text);
}
std::string Terminal::bad(std::string_view text) const {
  return wrapped(stderr_has_colors_, "\x1b[1;31m", text);
}
std::string Terminal::bold_data(std::string_view text) const {
  return wrapped(stdout_has_colors_, "\x1b[1m", text);
}
std::string Terminal::muted_data(std::string_view text) const {
  return wrapped(stdout_has_colors_, "\x1b[2m", text);
}

}  // namespace spikeloom::tool
