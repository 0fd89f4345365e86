#include "equations/lexer.h"

#include "json/json.h"

namespace spikeloom {
namespace {

// The C locale's classes, whatever locale the process has.
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool is_identifier(std::string_view text) {
  if (text.empty() || text.size() > kLongestName || !is_letter(text[0])) return false;
  for (const char c : text)
    if (!is_letter(c) && !is_digit(c) && c != '_') return false;
  return true;
}

Token Lexer::token(Token::Kind kind, std::size_t length) {
  Token t{kind, text_.substr(at_, length), static_cast<int>(at_) + 1, {}, {}};
  at_ += length;
  return t;
}

Token Lexer::error(std::size_t length, std::string what, std::string hint) {
  Token t = token(Token::Kind::error, length);
  t.what = std::move(what);
  t.hint = std::move(hint);
  return t;
}

Token Lexer::number() {
  std::size_t end = at_;
  const auto digits = [&] {
    const std::size_t before = end;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    return end > before;
  };
  digits();
  if (end < text_.size() && text_[end] == '.') {
    ++end;
    digits();
  }
  if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
    ++end;
    if (end < text_.size() && (text_[end] == '+' || text_[end] == '-')) ++end;
    if (!digits()) return error(end - at_, "the exponent has no digits");
  }
  if (end < text_.size() && (is_letter(text_[end]) || text_[end] == '_'))
    return error(end - at_, "a name cannot follow a number directly", "write 2 * x");
  return token(Token::Kind::number, end - at_);
}

Token Lexer::next() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  if (at_ == text_.size() || (comments_ && text_[at_] == '#')) return token(Token::Kind::end, 0);
  const std::string_view rest = text_.substr(at_);
  const char c = rest[0];
  if (is_digit(c) || (c == '.' && rest.size() > 1 && is_digit(rest[1]))) return number();
  if (is_letter(c)) {
    std::size_t length = 1;
    while (length < rest.size() && (is_letter(rest[length]) || is_digit(rest[length]) || rest[length] == '_'))
      ++length;
    if (length > kLongestName)
      return error(length, "a name of " + std::to_string(length) + " characters; the limit is 63");
    return token(Token::Kind::name, length);
  }
  for (const std::string_view two : {"<=", ">=", "==", "!="})
    if (rest.starts_with(two)) return token(Token::Kind::symbol, 2);
  for (const std::string_view two : {"&&", "||"})
    if (rest.starts_with(two))
      return error(2, "'" + std::string(two) + "' is not an operator", "write not, and, or");
  if (rest.starts_with("**")) return error(2, "'**' is not an operator", "write x * x, or pow(x, y)");
  switch (c) {
    case '^':
      return error(1, "'^' is not an operator", "write x * x, or pow(x, y)");
    case '!':
    case '&':
    case '|':
      return error(1, std::string("'") + c + "' is not an operator", "write not, and, or");
    case '%':
      return error(1, "'%' is not an operator", "use floor");
    case '\n':
    case '\r':
      return error(1, "a line has no line break");
    default:
      break;
  }
  if (std::string_view("+-*/<>=?:(),").find(c) != std::string_view::npos)
    return token(Token::Kind::symbol, 1);
  // A character beyond ASCII is shown whole.
  std::size_t length = 1;
  while (length < rest.size() && (static_cast<unsigned char>(rest[length]) & 0xc0) == 0x80) ++length;
  return error(length, "'" + json::escape(rest.substr(0, length)) + "' has no meaning here");
}

}  // namespace spikeloom
