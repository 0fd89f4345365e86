#include "array_file.h"

#include <algorithm>
#include <array>
#include <limits>

#include "arrays/files.h"
#include "arrays/npy.h"
#include "arrays/npz.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"
#include "unpacked.h"

namespace spikeloom::tool {
namespace {

constexpr std::size_t kConverted = 1u << 16;  // elements converted at a time

Error refused(const std::string& file, std::string what, std::string hint = {}) {
  Diagnostic d;
  d.file = file;
  d.what = std::move(what);
  d.hint = std::move(hint);
  return Error(std::vector<Diagnostic>{std::move(d)});
}

/// "x.npz:name" in its two parts; a file of that whole name would be meant first.
std::pair<std::filesystem::path, std::string> file_and_member(const std::filesystem::path& path) {
  const std::string text = path.string();
  const auto colon = text.rfind(':');
  std::error_code problem;
  if (colon == std::string::npos || std::filesystem::exists(path, problem)) return {path, ""};
  if (array_file_kind(text.substr(0, colon)) != ArrayFileKind::npz) return {path, ""};
  return {text.substr(0, colon), text.substr(colon + 1)};
}

/// The only array of an .npz, labels aside: ours has them beside the data.
Result<std::string> only_member(const Bytes& archive) {
  TRY(std::vector<std::string> members, npz_members(archive));
  if (members.size() > 1) std::erase(members, "labels");
  if (members.size() == 1) return members.front();
  return refused(archive.name,
                 members.empty() ? "the file holds no arrays" : "which array of the file is meant?",
                 members.empty() ? "" : "write FILE.npz:NAME; it has " + listed(members, "and"));
}

}  // namespace

struct ArrayFile::Impl {
  std::shared_ptr<const void> owner;  // of what `bytes` reads
  Bytes bytes;
  NpyHeader header;
  std::string name;
  std::uint64_t size = 0;
  std::array<std::size_t, 3> event_field{};  // step, sample, neuron

  /// Where element `i` in C order lies, counted in elements.
  std::uint64_t place_of_element(std::uint64_t i) const {
    if (!header.fortran) return i;
    std::uint64_t place = 0, stride = size;
    for (std::size_t axis = header.shape.size(); axis-- > 0;) {
      stride /= header.shape[axis];
      place += i % header.shape[axis] * stride;
      i /= header.shape[axis];
    }
    return place;
  }
};

ArrayFile::ArrayFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ArrayFile::ArrayFile(ArrayFile&&) noexcept = default;
ArrayFile& ArrayFile::operator=(ArrayFile&&) noexcept = default;
ArrayFile::~ArrayFile() = default;

Result<ArrayFile> ArrayFile::open(const std::filesystem::path& path) {
  const auto [name, member] = file_and_member(path);
  const auto kind = array_file_kind(name.string());
  if (kind != ArrayFileKind::npy && kind != ArrayFileKind::npz)
    return refused(path.string(), "only .npy and .npz files can be read here",
                   "numpy.save(\"x.npy\", array) writes one");
  TRY(InputFile opened, InputFile::open(name));
  auto file = std::make_shared<const InputFile>(std::move(opened));
  std::shared_ptr<const void> owner = file;
  Bytes bytes = bytes_of(*file);
  if (kind == ArrayFileKind::npz) {
    std::string array = member;
    if (array.empty()) {
      TRY(array, only_member(bytes));
    }
    TRY(const auto unpacked, Unpacked::from_npz(bytes, array));
    owner = unpacked;
    bytes = unpacked->bytes();
  }
  ByteStream stream = stream_of(bytes);
  TRY(NpyHeader header, read_npy_header(stream, std::numeric_limits<std::size_t>::max()));
  std::unique_ptr<Impl> impl(
      new Impl{std::move(owner), std::move(bytes), std::move(header), path.string(), 0, {}});
  impl->size = 1;
  for (const std::size_t extent : impl->header.shape) impl->size *= extent;
  if (!impl->header.fields.empty()) {
    constexpr std::array<std::string_view, 3> kNames = {"step", "sample", "neuron"};
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      const auto found = std::ranges::find(impl->header.fields, kNames[i], &NpyField::name);
      if (found == impl->header.fields.end() || impl->header.shape.size() != 1)
        return refused(path.string(), "this structured array does not hold events",
                       "events have fields step, sample and neuron, as run --events writes them");
      impl->event_field[i] = static_cast<std::size_t>(found - impl->header.fields.begin());
    }
  }
  return ArrayFile(std::move(impl));
}

const std::string& ArrayFile::name() const {
  return impl_->name;
}
const Shape& ArrayFile::shape() const {
  return impl_->header.shape;
}
std::uint64_t ArrayFile::size() const {
  return impl_->size;
}
std::string ArrayFile::type() const {
  return is_events() ? "events" : name_of(impl_->header.element);
}
bool ArrayFile::is_events() const {
  return !impl_->header.fields.empty();
}

bool ArrayFile::is_integer() const {
  switch (impl_->header.element) {
    case Element::f16:
    case Element::bf16:
    case Element::f32:
    case Element::f64:
      return false;
    default:
      return !is_events();
  }
}

Result<void> ArrayFile::read(std::uint64_t first, std::span<float> into) const {
  const NpyHeader& header = impl_->header;
  const std::size_t bytes_each = header.item_bytes;
  if (is_events()) return refused(impl_->name, "events are no array of numbers");
  if (first > impl_->size || into.size() > impl_->size - first)
    return refused(impl_->name, "the array ends too early");
  // With the first axis fastest, neighbours lie apart: they are fetched one by one.
  const std::size_t chunk = header.fortran && header.shape.size() > 1 ? 1 : kConverted;
  std::vector<unsigned char> bytes(std::min(chunk, into.size()) * bytes_each);
  for (std::size_t done = 0; done < into.size();) {
    const std::size_t count = std::min(chunk, into.size() - done);
    const std::uint64_t place = impl_->place_of_element(first + done);
    TRY_VOID(impl_->bytes.read(header.data_offset + place * bytes_each,
                               std::span(bytes).first(count * bytes_each)));
    std::span<float> rest = into.subspan(done, count);
    const unsigned char* from = bytes.data();
    while (const auto special = to_floats(header.element, header.swapped, from, rest)) {
      rest[*special] =
          static_cast<float>(number_of(header.element, header.swapped, from + *special * bytes_each));
      from += (*special + 1) * bytes_each;
      rest = rest.subspan(*special + 1);
    }
    done += count;
  }
  return {};
}

Result<void> ArrayFile::read_events(std::uint64_t first, std::span<Event> into) const {
  const NpyHeader& header = impl_->header;
  if (!is_events() || first > impl_->size || into.size() > impl_->size - first)
    return refused(impl_->name, "the array ends too early");
  std::vector<unsigned char> bytes(into.size() * header.item_bytes);
  TRY_VOID(impl_->bytes.read(header.data_offset + first * header.item_bytes, bytes));
  for (std::size_t i = 0; i < into.size(); ++i) {
    const auto number = [&](std::size_t which) {
      const NpyField& field = header.fields[impl_->event_field[which]];
      const double value =
          number_of(field.element, field.swapped, bytes.data() + i * header.item_bytes + field.offset);
      return value >= 0 && value < 4294967295.0 ? static_cast<std::uint32_t>(value) : UINT32_MAX;
    };
    into[i] = {number(0), number(1), number(2)};
  }
  return {};
}

}  // namespace spikeloom::tool
