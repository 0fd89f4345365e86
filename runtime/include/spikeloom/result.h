// What a function that can fail returns, and how a failure speaks to the user.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "spikeloom/export.h"

namespace spikeloom {

/// Why something failed. The number is the exit code of the `spikeloom` command.
enum class ErrorKind : int {
  mismatch = 1,      // two results differ
  usage = 2,         // the call itself is wrong
  invalid = 3,       // a file is wrong
  unsupported = 4,   // right, but beyond what this build or version can do
  limit = 5,         // beyond a limit that can be raised
  io = 6,            // the operating system said no
  internal = 70,     // our mistake
  interrupted = 130  // stopped by the user
};

/// One problem of one place, in the user's words.
struct SPIKELOOM_API Diagnostic {
  enum class Severity { error, warning };

  Severity severity = Severity::error;
  ErrorKind kind = ErrorKind::invalid;
  std::string file;     // as the user named it; empty for text that has no file
  int line = 0;         // 1-based, 0 if unknown
  int column = 0;       // 1-based, in bytes, 0 if unknown
  std::string pointer;  // RFC 6901; "" is the whole document
  int text_column = 0;  // 1-based column inside the decoded string at `pointer` (equations), 0 if none
  std::string what;
  std::string expected;
  std::string got;
  std::string hint;

  /// The text for people:
  ///   net.json:12:38: /nodes/lif1/tau_mem: error: membrane time constant is out of range
  ///     expected  a number above 0, in ms
  ///     got       -3
  ///     hint      ...
  /// Every string that came from a file is escaped: no control characters reach a terminal.
  std::string text() const;
};

/// Every problem found, errors and warnings in the order of the file.
struct SPIKELOOM_API Error {
  std::vector<Diagnostic> diagnostics;

  Error() = default;
  Error(ErrorKind kind, std::string what, std::string hint = {});
  explicit Error(std::vector<Diagnostic> all) : diagnostics(std::move(all)) {}

  ErrorKind kind() const;  // of the first diagnostic that is an error
  std::string text() const;
};

/// A value, or why there is none.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: meant to convert
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}  // NOLINT: meant to convert

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(content_); }
  const T& value() const& { return std::get<0>(content_); }
  T&& value() && { return std::get<0>(std::move(content_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Error& error() { return std::get<1>(content_); }
  const Error& error() const { return std::get<1>(content_); }

 private:
  std::variant<T, Error> content_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT: meant to convert

  bool ok() const { return !error_; }
  explicit operator bool() const { return ok(); }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace spikeloom
