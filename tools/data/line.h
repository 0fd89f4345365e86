// One line of numbers between commas.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "arrays/bytes.h"

namespace spikeloom::data {

constexpr std::size_t kLongestLine = 4096;  // bytes

/// The fields of a line, without the blanks around them. A line end '\r' is no part of the last.
std::vector<std::string_view> fields_of(std::string_view line);

std::optional<std::uint64_t> parse_whole(std::string_view field);
/// A finite decimal number.
std::optional<double> parse_number(std::string_view field);

/// A comment ('#' first) or nothing at all.
bool says_nothing(std::string_view line);

/// The place of a mistake in a text of lines, as a diagnostic has it.
Error line_error(const std::string& file, std::uint64_t line, std::string what, std::string expected = {},
                 std::string got = {}, std::string hint = {});

/// The lines of a file, one after the other; never more than one in memory.
class Lines {
 public:
  explicit Lines(const Bytes& bytes) : bytes_(bytes) {}
  /// Nothing at the end. The text is valid until the next call.
  Result<std::optional<std::string_view>> next();
  std::uint64_t number() const { return number_; }  // of the line last given, from 1

 private:
  const Bytes& bytes_;
  std::string buffer_;
  std::size_t used_ = 0;      // of the buffer
  std::uint64_t offset_ = 0;  // of the file, behind the buffer
  std::uint64_t number_ = 0;
};

}  // namespace spikeloom::data
