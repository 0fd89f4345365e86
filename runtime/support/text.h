// Text as it may be shown: UTF-8 checked, nothing that a terminal would act on; names and counts in
// sentences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace spikeloom {

/// The code point at text[position], which is moved behind it; nothing, and the position moved by one, if the
/// bytes there are not UTF-8 (overlong forms, surrogates and values above U+10FFFF are not).
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& position);

/// Offset of the first byte that is not UTF-8; npos if all of it is.
std::size_t first_invalid_utf8(std::string_view text);

/// What escaped() leaves as it is, beyond printable characters.
enum class Quotes { keep, escape };

/// Printable text: control characters (C0, DEL, C1), line separators, text direction marks and zero-width
/// characters become \n, \u001b, ...; bytes that are not UTF-8 become \xff; with Quotes::escape also " and \.
/// At most `most` characters are kept, then "..." follows.
std::string escaped(std::string_view text, Quotes quotes = Quotes::keep,
                    std::size_t most = std::numeric_limits<std::size_t>::max());

/// The nearest of `names` if it is near enough to be meant, else "": at most one mistake (letter wrong,
/// missing, too many, or two swapped) in three letters, case and "-" against "_" aside. Ties go to one of
/// the same letters, then to the first.
std::string nearest_name(std::string_view word, std::span<const std::string> names);

/// "a", "a or b", "a, b or c"; after `most` names "...".
std::string listed(std::span<const std::string> names, std::string_view last = "or", std::size_t most = 12);

/// "1 step", "2 steps"
std::string counted(std::uint64_t n, std::string_view noun);

}  // namespace spikeloom
