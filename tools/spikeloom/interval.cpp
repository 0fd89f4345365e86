#include "interval.h"

#include <charconv>
#include <string_view>

#include "support/text.h"

namespace spikeloom::tool {

Result<Interval> interval_of(const std::string& text, const char* option) {
  const auto refused = [&] {
    return Error(ErrorKind::usage, std::string(option) + " " + escaped(text) + " is not a range",
                 "write first:end, such as 100:200");
  };
  const auto number = [](std::string_view digits, std::uint64_t& value) {
    const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return problem == std::errc() && end == digits.data() + digits.size();
  };
  Interval interval;
  const auto colon = text.find(':');
  const std::string_view whole = text;
  if (colon == std::string::npos) {
    if (!number(whole, interval.first) || interval.first == UINT64_MAX) return refused();
    interval.end = interval.first + 1;
    return interval;
  }
  if (colon > 0 && !number(whole.substr(0, colon), interval.first)) return refused();
  if (colon + 1 < whole.size() && !number(whole.substr(colon + 1), interval.end)) return refused();
  if (interval.first >= interval.end) return refused();
  return interval;
}

}  // namespace spikeloom::tool
