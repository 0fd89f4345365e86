// The header of a .npy file: a Python dict of three entries, as text.
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

#include "arrays/npy.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom {

namespace {

constexpr std::size_t kMostHeader = 1u << 16;  // bytes; numpy itself stops at 10 000
constexpr std::size_t kMostAxes = 32;          // as numpy
constexpr std::size_t kMostFields = 64;

/// A strict reader of what numpy writes; anything else is an error.
class HeaderText {
 public:
  HeaderText(std::string_view text, const std::string& name) : rest_(text), name_(name) {}

  Result<NpyHeader> read() {
    NpyHeader header;
    bool descr = false, order = false, shape = false;
    if (!eat('{')) return wrong();
    while (!eat('}')) {
      std::string_view key;
      if (!string(key) || !eat(':')) return wrong();
      if (key == "descr" && !descr) {
        descr = true;
        TRY_VOID(read_type(header));
      } else if (key == "fortran_order" && !order) {
        order = true;
        if (eat_word("True"))
          header.fortran = true;
        else if (!eat_word("False"))
          return wrong();
      } else if (key == "shape" && !shape) {
        shape = true;
        if (!read_shape(header.shape)) return wrong();
      } else {
        return wrong();
      }
      if (!eat(',') && !peek('}')) return wrong();
    }
    skip_blanks();
    if (!rest_.empty() || !descr || !order || !shape) return wrong();
    return header;
  }

 private:
  void skip_blanks() {
    const std::size_t n = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(n == std::string_view::npos ? rest_.size() : n);
  }
  bool peek(char c) {
    skip_blanks();
    return rest_.starts_with(c);
  }
  bool eat(char c) {
    if (!peek(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool eat_word(std::string_view word) {
    skip_blanks();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  bool string(std::string_view& out) {
    skip_blanks();
    if (rest_.empty() || (rest_[0] != '\'' && rest_[0] != '"')) return false;
    const std::size_t end = rest_.find(rest_[0], 1);
    if (end == std::string_view::npos) return false;
    out = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    return out.find('\\') == std::string_view::npos;
  }
  bool number(std::size_t& out) {
    skip_blanks();
    const auto [end, problem] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), out);
    if (problem != std::errc{}) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    if (rest_.starts_with('L')) rest_.remove_prefix(1);  // Python 2 wrote 3L
    return true;
  }
  bool read_shape(Shape& shape) {
    if (!eat('(')) return false;
    while (!eat(')')) {
      shape.emplace_back();
      if (shape.size() > kMostAxes || !number(shape.back())) return false;
      if (!eat(',') && !peek(')')) return false;
    }
    return true;
  }

  /// "<f4"
  Result<void> read_scalar(std::string_view text, Element& element, bool& swapped) {
    const std::string_view whole = text;
    char order = '|';
    if (!text.empty() && std::string_view("<>=|").find(text[0]) != std::string_view::npos) {
      order = text[0];
      text.remove_prefix(1);
    }
    constexpr bool little = std::endian::native == std::endian::little;
    swapped = order == (little ? '>' : '<');
    constexpr struct {
      std::string_view text;
      Element element;
    } types[] = {{"b1", Element::boolean}, {"?", Element::boolean}, {"i1", Element::i8},
                 {"i2", Element::i16},     {"i4", Element::i32},    {"i8", Element::i64},
                 {"u1", Element::u8},      {"u2", Element::u16},    {"u4", Element::u32},
                 {"u8", Element::u64},     {"f2", Element::f16},    {"f4", Element::f32},
                 {"f8", Element::f64}};
    for (const auto& type : types)
      if (type.text == text) {
        element = type.element;
        return {};
      }
    const bool pickle = text.starts_with('O');
    return file_error(name_,
                      pickle ? "the array holds Python objects, which are never read"
                             : "elements of this type cannot be read",
                      "booleans, integers or floats of up to 64 bits",
                      "dtype '" + escaped(whole, Quotes::keep, 40) + "'",
                      "save it with array.astype(numpy.float32)");
  }

  Result<void> read_type(NpyHeader& header) {
    std::string_view text;
    if (string(text)) {
      TRY_VOID(read_scalar(text, header.element, header.swapped));
      header.item_bytes = size_of(header.element);
      return {};
    }
    // A list of fields: [('step', '<u4'), ('neuron', '<u4')]
    if (!eat('[')) return wrong();
    header.item_bytes = 0;
    while (!eat(']')) {
      NpyField field;
      std::string_view field_name;
      if (header.fields.size() == kMostFields || !eat('(') || !string(field_name) || !eat(',') ||
          !string(text))
        return wrong();
      TRY_VOID(read_scalar(text, field.element, field.swapped));
      if (!eat(')') || (!eat(',') && !peek(']'))) return wrong();
      field.name = field_name;
      field.offset = header.item_bytes;
      header.item_bytes += size_of(field.element);
      header.fields.push_back(std::move(field));
    }
    if (header.fields.empty()) return wrong();
    return {};
  }

  Error wrong() const {
    return file_error(
        name_, "the header is not that of a .npy file",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4)}",
        rest_.empty() ? "the end of the header" : "\"" + escaped(rest_, Quotes::escape, 40) + "\"");
  }

  std::string_view rest_;
  const std::string& name_;
};

}  // namespace

Result<NpyHeader> read_npy_header(ByteStream& stream, std::size_t most) {
  const auto not_npy = [&] {
    return file_error(stream.name, "this is not a .npy file", "\\x93NUMPY at its begin, version 1, 2 or 3");
  };
  if (stream.left < 10) return not_npy();
  unsigned char start[8];
  TRY_VOID(stream.take(start));
  if (std::memcmp(start, "\x93NUMPY", 6) != 0 || start[6] < 1 || start[6] > 3) return not_npy();

  unsigned char length_bytes[4] = {};
  const std::size_t length_size = start[6] == 1 ? 2 : 4;
  TRY_VOID(stream.take({length_bytes, length_size}));
  std::size_t length = 0;
  for (std::size_t i = length_size; i-- > 0;) length = length << 8 | length_bytes[i];
  if (length > kMostHeader)
    return file_error(stream.name, "the header is too long",
                      "at most " + std::to_string(kMostHeader) + " bytes", std::to_string(length));
  std::string text(length, '\0');
  TRY_VOID(stream.take({reinterpret_cast<unsigned char*>(text.data()), length}));

  TRY(NpyHeader header, HeaderText(text, stream.name).read());
  header.data_offset = sizeof start + length_size + length;
  // As many bytes as a size may count, so that nothing below can overflow.
  constexpr std::size_t countable = std::numeric_limits<std::size_t>::max() / 1024;
  const std::optional<std::size_t> count = checked_count(header.shape, countable);
  if (!count || *count > stream.left / header.item_bytes)
    return file_error(
        stream.name, "the file ends before its data",
        "data of shape " + to_string(header.shape) + ", " + std::to_string(header.item_bytes) + " bytes each",
        std::to_string(stream.left) + " bytes");
  if (*count > most) {
    Error error = file_error(stream.name, "this array has too many elements",
                             "at most " + std::to_string(most), to_string(header.shape));
    error.diagnostics[0].kind = ErrorKind::limit;
    return error;
  }
  return header;
}

}  // namespace spikeloom
