#include "describe/columns.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "support/file.h"

namespace spikeloom {
namespace {

std::string with_unit(double value, const char* unit) {
  return number_text(value) + " " + unit;
}

}  // namespace

std::vector<std::string> in_columns(const std::vector<std::vector<std::string>>& rows,
                                    const std::string& sides, std::size_t gap) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::vector<std::string> lines;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string space(widths[i] - row[i].size(), ' ');
      if (i > 0) line += std::string(gap, ' ');
      line += i < sides.size() && sides[i] == 'l' ? row[i] + space : space + row[i];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string number_text(double value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), std::abs(value) >= 999.5 ? "%.0f" : "%.3g", value);
  return text.data();
}

std::string count_text(double value) {
  const char* prefixes[] = {"", " k", " M", " G", " T"};
  std::size_t prefix = 0;
  for (; value >= 999.5 && prefix < 4; ++prefix) value /= 1000;
  return number_text(value) + prefixes[prefix];
}

std::string time_text(double ns) {
  if (ns < 999.5) return with_unit(ns, "ns");
  if (ns < 999.5e3) return with_unit(ns / 1e3, "us");
  return ns < 999.5e6 ? with_unit(ns / 1e6, "ms") : with_unit(ns / 1e9, "s");
}

std::string size_text(std::uint64_t bytes) {
  return bytes == 0 ? "-" : bytes_text(bytes);
}

std::string percent_text(double share) {
  return with_unit(share * 100, "%");
}

}  // namespace spikeloom
