#include "data/line.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

}  // namespace

std::vector<std::string_view> fields_of(std::string_view line) {
  std::vector<std::string_view> fields;
  for (std::size_t at = 0;;) {
    const std::size_t comma = line.find(',', at);
    fields.push_back(trimmed(line.substr(at, comma - at)));
    if (comma == std::string_view::npos) return fields;
    at = comma + 1;
  }
}

std::optional<std::uint64_t> parse_whole(std::string_view field) {
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (problem != std::errc() || end != field.data() + field.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view field) {
  double value = 0;
  const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
  if (problem != std::errc() || end != field.data() + field.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

bool says_nothing(std::string_view line) {
  const std::string_view text = trimmed(line);
  return text.empty() || text.front() == '#';
}

Error line_error(const std::string& file, std::uint64_t line, std::string what, std::string expected,
                 std::string got, std::string hint) {
  Diagnostic d;
  d.file = file;
  d.line = static_cast<int>(std::min<std::uint64_t>(line, INT32_MAX));
  d.what = std::move(what);
  d.expected = std::move(expected);
  d.got = std::move(got);
  d.hint = std::move(hint);
  return Error(std::vector<Diagnostic>{std::move(d)});
}

Result<std::optional<std::string_view>> Lines::next() {
  constexpr std::size_t kChunk = 1u << 16;
  std::size_t end = 0;
  while ((end = buffer_.find('\n', used_)) == std::string::npos) {
    if (buffer_.size() - used_ > kLongestLine) break;
    if (offset_ == bytes_.size) break;
    buffer_.erase(0, used_);
    used_ = 0;
    const std::size_t before = buffer_.size(), now = std::min<std::uint64_t>(kChunk, bytes_.size - offset_);
    buffer_.resize(before + now);
    TRY_VOID(bytes_.read(offset_, {reinterpret_cast<unsigned char*>(buffer_.data()) + before, now}));
    offset_ += now;
  }
  if (end == std::string::npos) end = buffer_.size();
  if (used_ == buffer_.size()) return std::optional<std::string_view>();
  ++number_;
  if (end - used_ > kLongestLine)
    return line_error(bytes_.name, number_, "the line is too long",
                      "at most " + std::to_string(kLongestLine) + " bytes");
  const std::string_view line = std::string_view(buffer_).substr(used_, end - used_);
  used_ = std::min(end + 1, buffer_.size());
  return std::optional(line);
}

}  // namespace spikeloom::data
