// The one strict way JSON is read: positions for every value, no duplicate keys, limits before memory is
// taken. Comes in: bytes. Goes out: a Document whose values know their pointer, line and column. Knows
// nothing of networks.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spikeloom/result.h"
#include "support/report.h"

namespace spikeloom::json {

enum class Kind { null, boolean, number, string, array, object };
const char* name_of(Kind kind);  // "null", "true or false", "a number", "a string", "an array", "an object"

struct Limits {
  std::size_t bytes = 256u << 20;  // at most 2^31 - 1, whatever is asked for
  std::size_t depth = 64;
  std::size_t values = 32u << 20;
};

class Document;

/// A handle to one value of a Document; cheap to copy, valid as long as the Document.
class Value {
 public:
  Value() = default;
  explicit operator bool() const { return document_ != nullptr; }  // false: absent
  bool operator==(const Value&) const = default;                   // the same place of the same document

  Kind kind() const;
  bool is(Kind k) const { return *this && kind() == k; }
  bool boolean() const;
  double number() const;    // nearest double
  bool is_integer() const;  // written without fraction or exponent, and fits int64
  std::int64_t integer() const;
  bool is_unsigned() const;  // written without sign, fraction or exponent, and fits uint64
  std::uint64_t unsigned_integer() const;
  std::string_view literal() const;   // a number as written
  const std::string& string() const;  // decoded UTF-8

  std::size_t size() const;  // of an array or object
  Value operator[](std::size_t i) const;
  const std::string& key(std::size_t i) const;  // of member i of an object, in the order of the file
  Value find(std::string_view key) const;       // absent Value if there is none
  /// Fills `out` when this is a (nested) array of numbers alone: fast path for inline tensors.
  bool numbers(std::vector<double>& out, std::vector<std::size_t>& shape) const;

  std::string pointer() const;  // RFC 6901; keys beyond 200 bytes are cut
  int line() const;
  int column() const;

  /// A diagnostic at this place; the caller fills in the words.
  Diagnostic at(std::string what, std::string expected = {}, std::string got = {},
                std::string hint = {}) const;
  Diagnostic at_key(std::size_t i, std::string what, std::string expected = {}, std::string got = {},
                    std::string hint = {}) const;  // at member i's key
  std::string describe()
      const;  // for `got`: "the string \"abc\"", "-3", "an array of 4", shortened and escaped

 private:
  friend class Document;
  friend class Reader;
  Value(const Document* d, std::uint32_t id) : document_(d), id_(id) {}
  Diagnostic diagnostic(std::uint32_t offset, std::string pointer) const;
  const Document* document_ = nullptr;
  std::uint32_t id_ = 0;
};

class Document {
 public:
  /// Syntax errors, duplicate keys, bad UTF-8 and exceeded limits are diagnostics; `file` names the text in
  /// them.
  static Result<std::shared_ptr<const Document>> parse(std::string_view text, std::string file,
                                                       const Limits& limits = {});
  /// The same, but goes on after duplicate keys (the first one holds); null if there is nothing to go on
  /// with.
  static std::shared_ptr<const Document> parse(std::string_view text, std::string file, const Limits& limits,
                                               Report& report);
  Value root() const;
  const std::string& file() const;
  ~Document();

 private:
  friend class Value;
  friend class Reader;
  Document();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Reads an object by consuming its members; what is left over at finish() is an unknown field, reported with
/// the nearest name that was asked for. Every getter reports a wrong type itself and then returns "absent".
class Fields {
 public:
  Fields(Value object, Report& report);  // reports if it is not an object
  bool valid() const;
  Value value() const;
  Value take(std::string_view key);                               // absent if not there
  Value require(std::string_view key, std::string_view meaning);  // reports if not there
  Value take(std::string_view key, Kind kind);                    // reports a wrong kind
  std::string string(std::string_view key, std::string fallback);
  double number(std::string_view key, double fallback);
  std::int64_t integer(std::string_view key, std::int64_t fallback, std::int64_t low, std::int64_t high);
  bool boolean(std::string_view key, bool fallback);
  /// Names that are known though this call does not read them: they count as hints, not as consumed.
  void know(std::string_view key);
  /// Names that someone else reads: neither unknown nor read here.
  void leave(std::string_view key);
  /// A word from elsewhere and what it is called here ("reset_mechanism" -> "reset").
  void translate(std::string_view foreign, std::string_view ours);
  void finish(std::string_view what = "field");  // "unknown field 'betta'", hint "did you mean 'beta'?"

 private:
  Value object_;
  Report* report_;
  std::vector<bool> taken_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, std::string>> foreign_;
};

/// The nearest of `names` by edit distance if it is near enough to be meant, else "".
std::string nearest(std::string_view word, std::span<const std::string> names);
/// "did you mean 'beta'?", or else the names there are: "known: beta, tau_mem".
std::string hint_for(std::string_view word, std::span<const std::string> names);
/// Control characters, quotes and broken UTF-8 escaped, at most `most` characters.
std::string escape(std::string_view text, std::size_t most = 80);

}  // namespace spikeloom::json
