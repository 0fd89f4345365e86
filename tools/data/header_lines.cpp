#include "data/records.h"

namespace spikeloom::data {

Result<HeaderLines> read_header_lines(const Bytes& bytes, char mark, std::string_view last) {
  constexpr std::size_t kMostHeader = 1u << 20;  // jAER dumps its preferences there
  std::vector<unsigned char> start(std::min<std::uint64_t>(bytes.size, kMostHeader));
  TRY_VOID(bytes.read(0, start));
  HeaderLines header;
  std::size_t at = 0;
  while (at < start.size() && start[at] == static_cast<unsigned char>(mark)) {
    const auto end = std::find(start.begin() + static_cast<std::ptrdiff_t>(at), start.end(), '\n');
    // An event may begin with the mark, too; text holds no control characters.
    const bool is_text = std::none_of(start.begin() + static_cast<std::ptrdiff_t>(at), end,
                                      [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\r'; });
    if (!is_text) break;
    if (end == start.end())
      return file_error(bytes.name, start.size() == kMostHeader ? "the header has no end within 1 MiB"
                                                                : "the header ends in the middle of a line");
    std::string line(start.begin() + static_cast<std::ptrdiff_t>(at), end);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    header.lines.push_back(std::move(line));
    at = static_cast<std::size_t>(end - start.begin()) + 1;
    if (!last.empty() && header.lines.back() == last) break;
  }
  header.end = at;
  return header;
}

}  // namespace spikeloom::data
