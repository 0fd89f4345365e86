// Text of one line -> words. Bytes that no line may hold become an Error token with the reason.
#pragma once

#include <string>
#include <string_view>

namespace spikeloom {

struct Token {
  enum class Kind { end, number, name, symbol, error };
  Kind kind = Kind::end;
  std::string_view text;
  int column = 1;          // 1-based, in bytes
  std::string what, hint;  // of an error
};

class Lexer {
 public:
  /// `comments`: a # ends the text.
  Lexer(std::string_view text, bool comments) : text_(text), comments_(comments) {}
  Token next();

 private:
  Token number();
  Token token(Token::Kind kind, std::size_t length);
  Token error(std::size_t length, std::string what, std::string hint = {});

  std::string_view text_;
  bool comments_;
  std::size_t at_ = 0;
};

/// letter { letter | digit | _ }, at most 63 characters.
bool is_identifier(std::string_view text);
inline constexpr std::size_t kLongestName = 63;

}  // namespace spikeloom
