// Text in columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spikeloom {

/// Lines whose cells stand below each other, with `gap` spaces between columns. `sides` says for each column
/// whether its cells are left ('l') or right ('r'); columns beyond it are right. Cells hold printable text.
std::vector<std::string> in_columns(const std::vector<std::vector<std::string>>& rows,
                                    const std::string& sides, std::size_t gap = 2);

/// "12.3", "0.045", "1234": three digits, and never an exponent where there are more before the point.
std::string number_text(double value);
/// "12.3 M": the same with a prefix of thousands.
std::string count_text(double value);
/// "850 ns", "12.3 us", "4.1 ms": three digits.
std::string time_text(double ns);
/// "640 B", "12.5 KiB"; "-" for nothing.
std::string size_text(std::uint64_t bytes);
/// "4.5 %", "45 %", "0.021 %"
std::string percent_text(double share);

}  // namespace spikeloom
