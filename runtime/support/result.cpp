#include "spikeloom/result.h"

#include "support/text.h"

namespace spikeloom {

namespace {

constexpr std::size_t kLongest = 2000;  // characters of one part; a hostile key may be as long as the file

/// A hint may have several lines, such as commands to copy; they stay lines, all indented.
void append_part(std::string& out, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  out += "\n  ";
  out += name;
  out.append(10 - name.size(), ' ');
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find('\n', begin);
    out += escaped(text.substr(begin, end - begin), Quotes::keep, kLongest);
    if (end == std::string_view::npos) break;
    out += "\n            ";
    begin = end + 1;
  }
}

}  // namespace

std::string Diagnostic::text() const {
  std::string out;
  if (!file.empty()) out += escaped(file, Quotes::keep, kLongest) + ":";
  if (line > 0) {
    out += std::to_string(line) + ":";
    if (column > 0) out += std::to_string(column) + ":";
  }
  if (!out.empty()) out += " ";
  if (!pointer.empty()) {
    out += escaped(pointer, Quotes::keep, kLongest);
    if (text_column > 0) out += ":" + std::to_string(text_column);
    out += ": ";
  }
  out += severity == Severity::error ? "error: " : "warning: ";
  out += escaped(what, Quotes::keep, kLongest);
  append_part(out, "expected", expected);
  append_part(out, "got", got);
  append_part(out, "hint", hint);
  return out;
}

Error::Error(ErrorKind kind, std::string what, std::string hint) {
  Diagnostic d;
  d.kind = kind;
  d.what = std::move(what);
  d.hint = std::move(hint);
  diagnostics.push_back(std::move(d));
}

ErrorKind Error::kind() const {
  for (const Diagnostic& d : diagnostics)
    if (d.severity == Diagnostic::Severity::error) return d.kind;
  return ErrorKind::internal;
}

std::string Error::text() const {
  std::string out;
  for (const Diagnostic& d : diagnostics) {
    if (!out.empty()) out += "\n";
    out += d.text();
  }
  return out;
}

}  // namespace spikeloom
