// Text -> Document, on nlohmann's SAX interface. What its defaults would let pass is refused here.
#include <algorithm>
#include <bit>
#include <iterator>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "json/document.h"
#include "support/file.h"
#include "support/rounding.h"
#include "support/text.h"

namespace spikeloom::json {

namespace {

/// Where the newest token of each sort began. A number ends only when the character behind it has been read,
/// so the newest token alone would not do.
struct Positions {
  std::uint32_t read = 0;  // bytes taken so far
  std::uint32_t opening = 0, string = 0, scalar = 0, newest = 0;
  enum { between, in_string, in_escape, in_scalar } state = between;

  void feed(char c) {
    const std::uint32_t here = read++;
    if (state == in_escape) {
      state = in_string;
    } else if (state == in_string) {
      if (c == '"') state = between;
      if (c == '\\') state = in_escape;
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      state = between;
    } else if (c == '"') {
      state = in_string;
      newest = string = here;
    } else if (c == '{' || c == '[' || c == '}' || c == ']' || c == ',' || c == ':') {
      state = between;
      newest = here;
      if (c == '{' || c == '[') opening = here;
    } else if (state != in_scalar) {
      state = in_scalar;
      newest = scalar = here;
    }
  }
};

/// Walks the text and tells Positions of every byte that nlohmann takes.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, Positions* positions) : at_(at), positions_(positions) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    positions_->feed(*at_++);
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  Positions* positions_;
};

}  // namespace

/// Receives nlohmann's events.
class Reader {
 public:
  using number_integer_t = std::int64_t;
  using number_unsigned_t = std::uint64_t;
  using number_float_t = double;
  using string_t = std::string;
  using binary_t = nlohmann::json::binary_t;

  Reader(Document& document, const Limits& limits, Report& report)
      : document_(document), d_(*document.impl_), limits_(limits), report_(report) {}

  bool run() {
    const char* begin = d_.text.data();
    return nlohmann::json::sax_parse(CountingIterator(begin, &at_),
                                     CountingIterator(begin + d_.text.size(), &at_), this);
  }

  bool null() { return add({.offset = at_.scalar, .kind = Kind::null}); }
  bool boolean(bool value) {
    Item item{.offset = at_.scalar, .kind = Kind::boolean};
    item.truth = value;
    return add(item);
  }
  bool number_integer(std::int64_t value) {
    Item item{.offset = at_.scalar, .kind = Kind::number, .number = Item::signed_integer};
    item.signed_value = value;
    return add(item);
  }
  bool number_unsigned(std::uint64_t value) {
    Item item{.offset = at_.scalar, .kind = Kind::number, .number = Item::unsigned_integer};
    item.unsigned_value = value;
    return add(item);
  }
  bool number_float(double value, const std::string&) {
    Item item{.offset = at_.scalar, .kind = Kind::number};
    item.real_value = value;
    return add(item);
  }
  bool string(std::string& value) {
    Item item{.offset = at_.string, .kind = Kind::string};
    item.first = d_.strings.size();
    d_.strings.push_back(std::move(value));
    return add(item);
  }
  bool binary(binary_t&) { return false; }  // not in JSON text

  bool start_object(std::size_t) { return open(Kind::object); }
  bool key(std::string& value) {
    if (d_.strings.size() >= limits_.values) return too_many(at_.string);
    levels_.back().key = static_cast<std::uint32_t>(d_.strings.size());
    levels_.back().key_offset = at_.string;
    d_.strings.push_back(std::move(value));
    return true;
  }
  bool end_object() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    Item& item = d_.items[level.id];
    item.first = d_.members.size();
    d_.members.insert(d_.members.end(), level.members.begin(), level.members.end());
    item.count = static_cast<std::uint32_t>(level.members.size());
    drop_duplicates(level.id);
    return true;
  }
  bool start_array(std::size_t) { return open(Kind::array); }
  bool end_array() {
    Level level = std::move(levels_.back());
    levels_.pop_back();
    Item& item = d_.items[level.id];
    item.first = d_.elements.size();
    item.count = static_cast<std::uint32_t>(level.elements.size());
    d_.elements.insert(d_.elements.end(), level.elements.begin(), level.elements.end());
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& problem) {
    // Its text is "[...] parse error at ...: syntax error while parsing value - unexpected ...; expected
    // ...".
    std::string_view text = problem.what();
    const std::size_t dash = text.find(" - ");
    if (dash != std::string_view::npos) text.remove_prefix(dash + 3);
    text = text.substr(0, text.find("; last read:"));
    const std::size_t semicolon = text.find("; expected ");
    std::string expected;
    if (semicolon != std::string_view::npos) {
      expected = text.substr(semicolon + 11);
      text = text.substr(0, semicolon);
    }
    if (problem.id == 406) {
      fail(at_.scalar, "a number is outside the range of floating point", "at most 1.8e308 in magnitude");
    } else if (text.find("end of input") != std::string_view::npos ||
               text.find("missing closing quote") != std::string_view::npos) {
      fail(static_cast<std::uint32_t>(d_.text.size()), "this is not JSON: the file ends too early", expected);
    } else if (text.starts_with("invalid string")) {
      fail(at_.read - 1, "this is not JSON: " + std::string(text), expected);
    } else {
      // Behind a number the newest token is already the one that ended it.
      const bool number = text.find("number") != std::string_view::npos;
      fail(number ? at_.scalar : at_.newest, "this is not JSON: " + std::string(text), expected);
    }
    return false;
  }

 private:
  struct Level {
    std::uint32_t id;
    std::uint32_t key = 0, key_offset = 0;
    std::vector<std::uint32_t> elements;
    std::vector<Member> members;
  };

  bool add(Item item) {
    if (d_.items.size() >= limits_.values) return too_many(item.offset);
    const auto id = static_cast<std::uint32_t>(d_.items.size());
    item.parent = id;
    if (!levels_.empty()) {
      Level& level = levels_.back();
      item.parent = level.id;
      if (d_.items[level.id].kind == Kind::array)
        level.elements.push_back(id);
      else
        level.members.push_back({level.key, level.key_offset, id});
    }
    d_.items.push_back(item);
    return true;
  }

  bool open(Kind kind) {
    if (levels_.size() >= limits_.depth) {
      fail(at_.opening, "arrays and objects are nested too deeply",
           "at most " + std::to_string(limits_.depth) + " levels", {}, ErrorKind::limit);
      return false;
    }
    if (!add({.offset = at_.opening, .kind = kind})) return false;
    levels_.push_back({.id = static_cast<std::uint32_t>(d_.items.size() - 1)});
    return true;
  }

  bool too_many(std::uint32_t offset) {
    fail(offset, "the file has too many values", "at most " + std::to_string(limits_.values), {},
         ErrorKind::limit);
    return false;
  }

  void fail(std::uint32_t offset, std::string what, std::string expected, std::string got = {},
            ErrorKind kind = ErrorKind::invalid) {
    Diagnostic d = Value(&document_, 0).diagnostic(offset, levels_.empty() ? "" : place());
    d.kind = kind;
    d.what = std::move(what);
    d.expected = std::move(expected);
    d.got = std::move(got);
    report_.add(std::move(d));
  }

  /// The pointer of the innermost open array or object. Open ones are not yet linked to their parents.
  std::string place() const {
    std::string out;
    for (std::size_t i = 0; i + 1 < levels_.size(); ++i) {
      const Level& level = levels_[i];
      if (d_.items[level.id].kind == Kind::array)
        out += "/" + std::to_string(level.elements.size() - 1);
      else
        out += pointer_part(d_.strings[level.key]);
    }
    return out;
  }

  /// The first of equal keys stays. Sorting, since objects of a hostile file may have millions of members.
  void drop_duplicates(std::uint32_t id) {
    Item& item = d_.items[id];
    if (item.count < 2) return;
    const std::span<Member> members(d_.members.data() + item.first, item.count);
    std::vector<std::uint32_t> order(item.count);
    for (std::uint32_t i = 0; i < item.count; ++i) order[i] = i;
    std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
      const int c = d_.strings[members[a].key].compare(d_.strings[members[b].key]);
      return c != 0 ? c < 0 : a < b;
    });
    std::vector<bool> drop(item.count);
    bool any = false;
    for (std::size_t i = 1, first = 0; i < order.size(); ++i) {
      const std::string& name = d_.strings[members[order[first]].key];
      if (d_.strings[members[order[i]].key] != name) {
        first = i;
        continue;
      }
      drop[order[i]] = any = true;
      const Diagnostic before = Value(&document_, 0).diagnostic(members[order[first]].offset, {});
      Diagnostic d =
          Value(&document_, 0).diagnostic(members[order[i]].offset, place_of(id) + pointer_part(name));
      d.what = "duplicate key '" + escape(name) + "'";
      d.hint = "it is given first at line " + std::to_string(before.line) + ", column " +
               std::to_string(before.column);
      report_.add(std::move(d));
    }
    if (!any) return;
    std::uint32_t kept = 0;
    for (std::uint32_t i = 0; i < item.count; ++i)
      if (!drop[i]) members[kept++] = members[i];
    item.count = kept;
    d_.members.resize(item.first + kept);
  }

  /// The pointer of an object that has just been closed.
  std::string place_of(std::uint32_t id) const {
    if (d_.items[id].parent == id) return {};
    std::string out = place();
    const Level& level = levels_.back();
    return out + (d_.items[level.id].kind == Kind::array ? "/" + std::to_string(level.elements.size() - 1)
                                                         : pointer_part(d_.strings[level.key]));
  }

  Document& document_;
  Document::Impl& d_;
  const Limits& limits_;
  Report& report_;
  Positions at_;
  std::vector<Level> levels_;
};

Document::Document() : impl_(std::make_unique<Impl>()) {}
Document::~Document() = default;

Value Document::root() const {
  return {this, 0};
}
const std::string& Document::file() const {
  return impl_->file;
}

std::shared_ptr<const Document> Document::parse(std::string_view text, std::string file, const Limits& limits,
                                                Report& report) {
  constexpr std::size_t most = 0x7fffffff;  // offsets are 32 bits, lines and columns ints
  std::shared_ptr<Document> document(new Document);
  Impl& d = *document->impl_;
  d.file = std::move(file);
  d.line_starts.push_back(0);
  if (text.size() > std::min(limits.bytes, most)) {
    Diagnostic problem;
    problem.kind = ErrorKind::limit;
    problem.file = d.file;
    problem.what = "the file is too large";
    problem.expected = "at most " + bytes_text(std::min(limits.bytes, most));
    problem.got = bytes_text(text.size());
    report.add(std::move(problem));
    return nullptr;
  }
  // One byte order mark is what some editors write; columns count from behind it, as editors do.
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  d.text = text;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') d.line_starts.push_back(static_cast<std::uint32_t>(i + 1));

  const auto refuse = [&](std::size_t offset, std::string what, std::string hint) {
    Diagnostic problem = Value(document.get(), 0).diagnostic(static_cast<std::uint32_t>(offset), {});
    problem.what = std::move(what);
    problem.hint = std::move(hint);
    report.add(std::move(problem));
    return nullptr;
  };
  if (const std::size_t bad = first_invalid_utf8(text); bad != std::string_view::npos)
    return refuse(bad, "the text is not UTF-8 here", "save the file as UTF-8");
  // nlohmann would skip a second one as if it were the first.
  if (text.starts_with("\xef\xbb\xbf")) return refuse(0, "this is not JSON: a second byte order mark", {});
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    return refuse(text.size(), "this is not JSON: the file is empty", {});

  const NearestRounding rounding;  // of numbers; the program around us may have chosen another
  Reader reader(*document, limits, report);
  return reader.run() ? document : nullptr;
}

Result<std::shared_ptr<const Document>> Document::parse(std::string_view text, std::string file,
                                                        const Limits& limits) {
  Report report;
  std::shared_ptr<const Document> document = parse(text, std::move(file), limits, report);
  if (!report.ok()) return report.error();
  return document;
}

}  // namespace spikeloom::json
