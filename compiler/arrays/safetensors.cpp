#include "arrays/safetensors.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <string>
#include <vector>

#include "arrays/element.h"
#include "arrays/read.h"
#include "json/json.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom {

namespace {

constexpr std::uint64_t kMostListing = 100'000'000;  // bytes; the limit of the format's own reader
constexpr std::size_t kMostDims = 32;
constexpr bool kSwapped = std::endian::native != std::endian::little;  // the format is little-endian

struct Entry {
  std::string name;
  std::string type;
  std::optional<Element> element;  // nothing: a type we do not read, such as F8_E5M2
  Shape shape;
  std::uint64_t begin = 0, end = 0;
};

std::optional<Element> element_of(std::string_view type) {
  constexpr struct {
    std::string_view text;
    Element element;
  } types[] = {{"BOOL", Element::boolean}, {"I8", Element::i8},     {"I16", Element::i16},
               {"I32", Element::i32},      {"I64", Element::i64},   {"U8", Element::u8},
               {"U16", Element::u16},      {"U32", Element::u32},   {"U64", Element::u64},
               {"F16", Element::f16},      {"BF16", Element::bf16}, {"F32", Element::f32},
               {"F64", Element::f64}};
  for (const auto& t : types)
    if (t.text == type) return t.element;
  return {};
}

class HeaderReader {
 public:
  HeaderReader(json::Value root, const std::string& file, std::uint64_t data_bytes)
      : root_(root), file_(file), data_bytes_(data_bytes) {}

  Result<std::vector<Entry>> read() {
    if (!root_.is(json::Kind::object)) return file_error(file_, "the header must be an object");
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < root_.size(); ++i) {
      if (root_.key(i) == "__metadata__") continue;  // text of the writer, which means nothing here
      TRY(Entry entry, read_entry(root_.key(i), root_[i]));
      entries.push_back(std::move(entry));
    }
    TRY_VOID(check_layout(entries));
    return entries;
  }

 private:
  Error wrong(std::string_view name, std::string what, std::string expected = {},
              std::string got = {}) const {
    return file_error(file_, "array '" + escaped(name, Quotes::keep, 80) + "': " + std::move(what),
                      std::move(expected), std::move(got));
  }

  Result<Entry> read_entry(const std::string& name, json::Value value) {
    Entry entry;
    entry.name = name;
    const json::Value type = value.find("dtype"), shape = value.find("shape"),
                      offsets = value.find("data_offsets");
    if (value.size() != 3 || !type.is(json::Kind::string) || !shape.is(json::Kind::array) ||
        !offsets.is(json::Kind::array) || offsets.size() != 2 || !offsets[0].is_unsigned() ||
        !offsets[1].is_unsigned() || shape.size() > kMostDims)
      return wrong(name, "this is not a description of an array",
                   "{\"dtype\": \"F32\", \"shape\": [10, 64], \"data_offsets\": [0, 2560]}",
                   value.describe());
    entry.type = type.string();
    entry.element = element_of(entry.type);
    for (std::size_t i = 0; i < shape.size(); ++i) {
      if (!shape[i].is_unsigned())
        return wrong(name, "this is not a shape", "whole numbers", shape[i].describe());
      entry.shape.push_back(shape[i].unsigned_integer());
    }
    entry.begin = offsets[0].unsigned_integer();
    entry.end = offsets[1].unsigned_integer();
    if (entry.begin > entry.end || entry.end > data_bytes_)
      return wrong(name, "the data lie outside the file", "offsets up to " + std::to_string(data_bytes_),
                   "[" + std::to_string(entry.begin) + ", " + std::to_string(entry.end) + "]");
    if (!entry.element) return entry;
    const std::uint64_t bytes = entry.end - entry.begin;
    const std::optional<std::size_t> count =
        checked_count(entry.shape, std::numeric_limits<std::size_t>::max() / 16);
    if (!count || *count * size_of(*entry.element) != bytes)
      return wrong(name, "shape and data do not agree",
                   std::string(name_of(*entry.element)) + " of shape " + to_string(entry.shape),
                   std::to_string(bytes) + " bytes");
    return entry;
  }

  /// Arrays follow each other without gaps and cover all of the data, so no byte is read twice or hidden.
  Result<void> check_layout(const std::vector<Entry>& entries) const {
    std::vector<const Entry*> order;
    for (const Entry& entry : entries) order.push_back(&entry);
    std::ranges::sort(order, [](const Entry* a, const Entry* b) {
      return std::pair(a->begin, a->end) < std::pair(b->begin, b->end);
    });
    std::uint64_t at = 0;
    for (const Entry* entry : order) {
      if (entry->begin != at)
        return wrong(
            entry->name,
            entry->begin < at ? "the data overlap those of another array" : "there is a gap before the data",
            "data that begin at byte " + std::to_string(at), "byte " + std::to_string(entry->begin));
      at = entry->end;
    }
    if (at != data_bytes_)
      return file_error(file_, "there are bytes behind the last array", std::to_string(at) + " bytes of data",
                        std::to_string(data_bytes_));
    return {};
  }

  json::Value root_;
  const std::string& file_;
  std::uint64_t data_bytes_;
};

}  // namespace

Result<Tensor> read_safetensors(const Bytes& bytes, std::string_view member, const TensorLimits& limits) {
  unsigned char length_bytes[8];
  if (bytes.size < sizeof length_bytes) return file_error(bytes.name, "this is not a safetensors file");
  TRY_VOID(bytes.read(0, length_bytes));
  std::uint64_t length = 0;
  for (std::size_t i = sizeof length_bytes; i-- > 0;) length = length << 8 | length_bytes[i];
  if (length > std::min(kMostListing, bytes.size - sizeof length_bytes))
    return file_error(
        bytes.name, "this is not a safetensors file: its header does not fit",
        "at most " + std::to_string(std::min(kMostListing, bytes.size - sizeof length_bytes)) + " bytes",
        std::to_string(length));
  std::string text(length, '\0');
  TRY_VOID(bytes.read(sizeof length_bytes, {reinterpret_cast<unsigned char*>(text.data()), text.size()}));

  // Three levels for arrays; metadata is flat.
  Result<std::shared_ptr<const json::Document>> document =
      json::Document::parse(text, "", {.bytes = kMostListing, .depth = 4, .values = 4u << 20});
  if (!document) {
    const Diagnostic& first = document.error().diagnostics.front();
    Error error =
        file_error(bytes.name, "the header: " + first.what, first.expected,
                   "column " + std::to_string(first.column) + " of line " + std::to_string(first.line));
    error.diagnostics[0].kind = first.kind;
    return error;
  }
  const std::uint64_t data = sizeof length_bytes + length;
  TRY(const std::vector<Entry> entries,
      HeaderReader((*document)->root(), bytes.name, bytes.size - data).read());

  const auto found = std::ranges::find(entries, member, &Entry::name);
  if (member.empty() || found == entries.end()) {
    std::vector<std::string> names;
    for (const Entry& entry : entries) names.push_back(entry.name);
    return no_member(bytes.name, member, names);
  }
  const std::string shown = bytes.name + ":" + std::string(member);
  if (!found->element)
    return file_error(shown, "elements of this type cannot be read", "F64, F32, F16, BF16, BOOL, or integers",
                      escaped(found->type, Quotes::keep, 40));
  if (!checked_count(found->shape, limits.elements)) {
    Error error = file_error(shown, "this array has too many elements",
                             "at most " + std::to_string(limits.elements), to_string(found->shape));
    error.diagnostics[0].kind = ErrorKind::limit;
    return error;
  }
  ByteStream stream = stream_of(bytes, data + found->begin);
  stream.name = shown;
  TRY(std::vector<float> values, read_floats(stream, *found->element, kSwapped, found->shape));
  return Tensor{found->shape, std::move(values)};
}

}  // namespace spikeloom
