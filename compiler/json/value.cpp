#include <algorithm>
#include <cstring>

#include "json/document.h"
#include "support/check.h"
#include "support/text.h"

namespace spikeloom::json {

namespace {

constexpr std::size_t kLongestKey = 200;  // bytes of a key in a pointer

}  // namespace

std::string pointer_part(std::string_view key) {
  std::string out = "/";
  for (const char c : key.substr(0, kLongestKey)) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  if (key.size() > kLongestKey) out += "...";
  return out;
}

const char* name_of(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "true or false";
    case Kind::number:
      return "a number";
    case Kind::string:
      return "a string";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
  }
  return "";
}

#define ITEM (document_->impl_->items[id_])
#define EXPECT(k) SPIKELOOM_CHECK(is(k), "json", std::string("a value was read as ") + name_of(k))

Kind Value::kind() const {
  SPIKELOOM_CHECK(document_ != nullptr, "json", "an absent value was read");
  return ITEM.kind;
}

bool Value::boolean() const {
  EXPECT(Kind::boolean);
  return ITEM.truth;
}

double Value::number() const {
  EXPECT(Kind::number);
  const Item& item = ITEM;
  switch (item.number) {
    case Item::signed_integer:
      // "-0" is an integer to the reader, but the nearest double has a sign.
      return item.signed_value == 0 ? -0.0 : static_cast<double>(item.signed_value);
    case Item::unsigned_integer:
      return static_cast<double>(item.unsigned_value);
    case Item::real:
      break;
  }
  return item.real_value;
}

bool Value::is_integer() const {
  return is(Kind::number) && (ITEM.number == Item::signed_integer ||
                              (ITEM.number == Item::unsigned_integer && ITEM.unsigned_value <= INT64_MAX));
}

std::int64_t Value::integer() const {
  SPIKELOOM_CHECK(is_integer(), "json", "a value was read as an integer");
  return ITEM.number == Item::signed_integer ? ITEM.signed_value
                                             : static_cast<std::int64_t>(ITEM.unsigned_value);
}

bool Value::is_unsigned() const {
  return is(Kind::number) && ITEM.number == Item::unsigned_integer;
}

std::uint64_t Value::unsigned_integer() const {
  SPIKELOOM_CHECK(is_unsigned(), "json", "a value was read as an unsigned integer");
  return ITEM.unsigned_value;
}

std::string_view Value::literal() const {
  EXPECT(Kind::number);
  const std::string_view rest = std::string_view(document_->impl_->text).substr(ITEM.offset);
  return rest.substr(0, rest.find_first_not_of("+-.0123456789eE"));
}

const std::string& Value::string() const {
  EXPECT(Kind::string);
  return document_->impl_->strings[ITEM.first];
}

std::size_t Value::size() const {
  return is(Kind::array) || is(Kind::object) ? ITEM.count : 0;
}

Value Value::operator[](std::size_t i) const {
  SPIKELOOM_CHECK(i < size(), "json", "an element that is not there was read");
  const Document::Impl& d = *document_->impl_;
  const Item& item = ITEM;
  return {document_, item.kind == Kind::array ? d.elements[item.first + i] : d.members[item.first + i].value};
}

const std::string& Value::key(std::size_t i) const {
  EXPECT(Kind::object);
  SPIKELOOM_CHECK(i < size(), "json", "a member that is not there was read");
  return document_->impl_->strings[document_->impl_->members[ITEM.first + i].key];
}

Value Value::find(std::string_view key_wanted) const {
  if (!is(Kind::object)) return {};
  for (std::size_t i = 0; i < size(); ++i)
    if (key(i) == key_wanted) return (*this)[i];
  return {};
}

bool Value::numbers(std::vector<double>& out, std::vector<std::size_t>& shape) const {
  if (!is(Kind::array)) return false;
  // The first element of each level gives the shape; the walk then holds every other one against it.
  shape.clear();
  out.clear();
  for (Value v = *this; v.is(Kind::array); v = v[0]) {
    shape.push_back(v.size());
    if (v.size() == 0) break;
  }
  const auto walk = [&](const auto& self, Value v, std::size_t level) -> bool {
    if (level == shape.size()) {
      if (!v.is(Kind::number)) return false;
      out.push_back(v.number());
      return true;
    }
    if (!v.is(Kind::array) || v.size() != shape[level]) return false;
    for (std::size_t i = 0; i < v.size(); ++i)
      if (!self(self, v[i], level + 1)) return false;
    return true;
  };
  return walk(walk, *this, 0);  // as deep as the document, which is limited
}

std::string Value::pointer() const {
  if (!*this) return {};
  const Document::Impl& d = *document_->impl_;
  std::vector<std::string> parts;
  for (std::uint32_t id = id_; d.items[id].parent != id; id = d.items[id].parent) {
    const Item& parent = d.items[d.items[id].parent];
    if (parent.kind == Kind::array) {
      const auto begin = d.elements.begin() + static_cast<std::ptrdiff_t>(parent.first);
      parts.push_back("/" + std::to_string(std::lower_bound(begin, begin + parent.count, id) - begin));
    } else {
      const auto begin = d.members.begin() + static_cast<std::ptrdiff_t>(parent.first);
      const auto here =
          std::lower_bound(begin, begin + parent.count, id,
                           [](const Member& m, std::uint32_t wanted) { return m.value < wanted; });
      parts.push_back(pointer_part(d.strings[here->key]));
    }
  }
  std::string out;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) out += *part;
  return out;
}

Diagnostic Value::diagnostic(std::uint32_t offset, std::string pointer) const {
  const Document::Impl& d = *document_->impl_;
  const auto next = std::ranges::upper_bound(d.line_starts, offset);
  Diagnostic out;
  out.file = d.file;
  out.line = static_cast<int>(next - d.line_starts.begin());
  out.column = static_cast<int>(offset - *(next - 1)) + 1;
  out.pointer = std::move(pointer);
  return out;
}

int Value::line() const {
  return *this ? diagnostic(ITEM.offset, {}).line : 0;
}
int Value::column() const {
  return *this ? diagnostic(ITEM.offset, {}).column : 0;
}

Diagnostic Value::at(std::string what, std::string expected, std::string got, std::string hint) const {
  Diagnostic d = *this ? diagnostic(ITEM.offset, pointer()) : Diagnostic{};
  d.what = std::move(what);
  d.expected = std::move(expected);
  d.got = std::move(got);
  d.hint = std::move(hint);
  return d;
}

Diagnostic Value::at_key(std::size_t i, std::string what, std::string expected, std::string got,
                         std::string hint) const {
  EXPECT(Kind::object);
  SPIKELOOM_CHECK(i < size(), "json", "a member that is not there was read");
  Diagnostic d = diagnostic(document_->impl_->members[ITEM.first + i].offset, (*this)[i].pointer());
  d.what = std::move(what);
  d.expected = std::move(expected);
  d.got = std::move(got);
  d.hint = std::move(hint);
  return d;
}

std::string Value::describe() const {
  if (!*this) return "nothing";
  switch (kind()) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return boolean() ? "true" : "false";
    case Kind::number:
      return escaped(literal(), Quotes::keep, 40);
    case Kind::string:
      return "the string \"" + escape(string(), 60) + "\"";
    case Kind::array:
      return size() == 0 ? "an empty array" : "an array of " + std::to_string(size());
    case Kind::object:
      break;
  }
  if (size() == 0) return "an empty object";
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < std::min<std::size_t>(size(), 5); ++i)
    keys.push_back("\"" + escape(key(i), 30) + "\"");
  return "an object with " + listed(keys, "and", 4);
}

#undef ITEM
#undef EXPECT

std::string nearest(std::string_view word, std::span<const std::string> names) {
  return nearest_name(word, names);
}

std::string hint_for(std::string_view word, std::span<const std::string> names) {
  const std::string near = nearest_name(word, names);
  if (!near.empty()) return "did you mean '" + near + "'?";
  if (names.empty()) return {};
  std::vector<std::string> sorted(names.begin(), names.end());
  std::ranges::sort(sorted);
  return "known: " + listed(sorted, "and", 30);
}

std::string escape(std::string_view text, std::size_t most) {
  return escaped(text, Quotes::escape, most);
}

}  // namespace spikeloom::json
