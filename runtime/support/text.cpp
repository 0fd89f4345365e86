#include "support/text.h"

#include <algorithm>
#include <array>

namespace spikeloom {

namespace {

unsigned byte_at(std::string_view text, std::size_t i) {
  return static_cast<unsigned char>(text[i]);
}

/// Characters that move the cursor, reorder or hide text.
bool is_dangerous(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe0fff);
}

void append_hex(std::string& out, std::uint32_t value, int digits) {
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) out += "0123456789abcdef"[(value >> shift) & 15];
}

void append_escape(std::string& out, char32_t c) {
  switch (c) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  // As JSON writes it: characters above U+FFFF are two surrogates.
  if (c > 0xffff) {
    out += "\\u";
    append_hex(out, 0xd800 + ((static_cast<std::uint32_t>(c) - 0x10000) >> 10), 4);
    out += "\\u";
    append_hex(out, 0xdc00 + ((static_cast<std::uint32_t>(c) - 0x10000) & 0x3ff), 4);
  } else {
    out += "\\u";
    append_hex(out, c, 4);
  }
}

char folded(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c == '-' ? '_' : c;
}

constexpr std::size_t kLongestName = 64;

/// Optimal string alignment distance of two names.
std::size_t distance(std::string_view a, std::string_view b) {
  std::array<std::uint8_t, kLongestName + 1> rows[3];
  std::uint8_t *before = rows[0].data(), *row = rows[1].data(), *next = rows[2].data();
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<std::uint8_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = static_cast<std::uint8_t>(i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int same = folded(a[i - 1]) == folded(b[j - 1]) ? 0 : 1;
      int least = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + same});
      if (i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) && folded(a[i - 2]) == folded(b[j - 1]))
        least = std::min(least, before[j - 2] + 1);
      next[j] = static_cast<std::uint8_t>(least);
    }
    std::uint8_t* const free_row = before;
    before = row;
    row = next;
    next = free_row;
  }
  return row[b.size()];
}

/// Whether one is the other with its letters in another order.
bool same_letters(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::is_permutation(a.begin(), a.end(), b.begin(),
                                                     [](char x, char y) { return folded(x) == folded(y); });
}

}  // namespace

std::optional<char32_t> next_code_point(std::string_view text, std::size_t& position) {
  const std::size_t start = position++;
  const unsigned lead = byte_at(text, start);
  if (lead < 0x80) return lead;
  const int following = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4 || text.size() - start <= static_cast<std::size_t>(following)) return {};
  std::uint32_t c = lead & (0x3fu >> following);
  for (int k = 1; k <= following; ++k) {
    const unsigned b = byte_at(text, start + static_cast<std::size_t>(k));
    if ((b & 0xc0) != 0x80) return {};
    c = (c << 6) | (b & 0x3f);
  }
  constexpr std::uint32_t smallest[] = {0, 0x80, 0x800, 0x10000};
  if (c < smallest[following] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) return {};
  position = start + 1 + static_cast<std::size_t>(following);
  return c;
}

std::size_t first_invalid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t start = i;
    if (!next_code_point(text, i)) return start;
  }
  return std::string_view::npos;
}

std::string escaped(std::string_view text, Quotes quotes, std::size_t most) {
  std::string out;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++characters) {
    if (characters == most) return out + "...";
    const std::size_t start = i;
    const std::optional<char32_t> c = next_code_point(text, i);
    if (!c) {
      out += "\\x";
      append_hex(out, byte_at(text, start), 2);
    } else if (is_dangerous(*c)) {
      append_escape(out, *c);
    } else {
      if (quotes == Quotes::escape && (*c == '"' || *c == '\\')) out += '\\';
      out.append(text, start, i - start);
    }
  }
  return out;
}

std::string nearest_name(std::string_view word, std::span<const std::string> names) {
  if (word.empty() || word.size() > kLongestName) return {};
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, (word.size() + 1) / 3) + 1;
  for (const std::string& name : names) {
    if (name.size() > kLongestName || name.size() >= word.size() + best_distance ||
        word.size() >= name.size() + best_distance)
      continue;
    const std::size_t d = distance(word, name);
    if (d >= std::max(word.size(), name.size())) continue;
    // Of two that are as near, the one with the same letters: lfi is lif rather than li.
    const bool nearer = d < best_distance || (d == best_distance && !best.empty() &&
                                              same_letters(word, name) && !same_letters(word, best));
    if (nearer) {
      best = name;
      best_distance = d;
    }
  }
  return best;
}

std::string listed(std::span<const std::string> names, std::string_view last, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i == most) return out + ", ...";
    if (i > 0) out += i + 1 == names.size() ? " " + std::string(last) + " " : ", ";
    out += names[i];
  }
  return out;
}

std::string counted(std::uint64_t n, std::string_view noun) {
  return std::to_string(n) + " " + std::string(noun) + (n == 1 ? "" : "s");
}

}  // namespace spikeloom
