#include "arrays/npz.h"

#include <zip.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "arrays/npy.h"
#include "arrays/read.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom {

namespace {

// Deflate cannot shrink more than this; a member that claims more is a lie.
constexpr std::uint64_t kMostRatio = 1032;
constexpr zip_int64_t kMostMembersListed = 1000;

/// libzip reads through this, so that the file is opened once, by us, and memory can stand for a file.
struct ZipSource {
  const Bytes* bytes = nullptr;
  std::uint64_t position = 0;
  zip_error_t error{};

  explicit ZipSource(const Bytes& from) : bytes(&from) { zip_error_init(&error); }
  ~ZipSource() { zip_error_fini(&error); }
  ZipSource(const ZipSource&) = delete;
  ZipSource& operator=(const ZipSource&) = delete;

  static zip_int64_t call(void* self, void* data, zip_uint64_t length, zip_source_cmd_t command) {
    return static_cast<ZipSource*>(self)->serve(data, length, command);
  }

  zip_int64_t serve(void* data, zip_uint64_t length, zip_source_cmd_t command) {
    switch (command) {
      case ZIP_SOURCE_SUPPORTS:
        return ZIP_SOURCE_SUPPORTS_SEEKABLE;
      case ZIP_SOURCE_OPEN:
        position = 0;
        return 0;
      case ZIP_SOURCE_CLOSE:
      case ZIP_SOURCE_FREE:
        return 0;
      case ZIP_SOURCE_READ: {
        const std::uint64_t count = std::min(length, bytes->size - std::min(bytes->size, position));
        if (!bytes->read(position, {static_cast<unsigned char*>(data), count})) {
          zip_error_set(&error, ZIP_ER_READ, 0);
          return -1;
        }
        position += count;
        return static_cast<zip_int64_t>(count);
      }
      case ZIP_SOURCE_SEEK: {
        const zip_int64_t to = zip_source_seek_compute_offset(position, bytes->size, data, length, &error);
        if (to < 0) return -1;
        position = static_cast<std::uint64_t>(to);
        return 0;
      }
      case ZIP_SOURCE_TELL:
        return static_cast<zip_int64_t>(position);
      case ZIP_SOURCE_STAT: {
        auto* status = static_cast<zip_stat_t*>(data);
        if (length < sizeof *status) return -1;
        zip_stat_init(status);
        status->valid = ZIP_STAT_SIZE;
        status->size = bytes->size;
        return sizeof *status;
      }
      case ZIP_SOURCE_ERROR:
        return zip_error_to_data(&error, data, length);
      default:
        zip_error_set(&error, ZIP_ER_OPNOTSUPP, 0);
        return -1;
    }
  }
};

std::uint64_t little(const unsigned char* bytes, int count) {
  std::uint64_t value = 0;
  while (count-- > 0) value = value << 8 | bytes[count];
  return value;
}

/// libzip makes room for as many members as the end of the archive claims before it looks at any of them.
/// Every record that it could take for the end is held against the size of the file first.
Result<void> check_member_counts(const Bytes& bytes) {
  const std::uint64_t tail_size = std::min<std::uint64_t>(bytes.size, 65536 + 22 + 20);
  std::vector<unsigned char> tail(tail_size);
  TRY_VOID(bytes.read(bytes.size - tail_size, tail));
  for (std::size_t i = 0; i + 20 <= tail.size(); ++i) {
    if (std::memcmp(&tail[i], "PK\6\7", 4) != 0) continue;  // points to the 64-bit record of the end
    const std::uint64_t at = little(&tail[i + 8], 8);
    unsigned char record[56];
    if (bytes.size < sizeof record || at > bytes.size - sizeof record) continue;  // libzip refuses it
    TRY_VOID(bytes.read(at, record));
    constexpr std::uint64_t smallest_entry = 46;
    if (std::max(little(record + 24, 8), little(record + 32, 8)) > bytes.size / smallest_entry)
      return file_error(bytes.name, "the archive claims more members than it has room for");
  }
  return {};
}

/// What libzip says; the error owns the text.
struct ZipError {
  zip_error_t error;
  ZipError() { zip_error_init(&error); }
  ~ZipError() { zip_error_fini(&error); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
};

std::string message(zip_error_t* error) {
  return escaped(zip_error_strerror(error), Quotes::keep, 200);
}

/// An archive, open. It is borrowed from `bytes` and stays where it is: libzip points into it.
struct Archive {
  ZipSource source;
  std::unique_ptr<zip_t, decltype(&zip_discard)> zip{nullptr, zip_discard};

  explicit Archive(const Bytes& bytes) : source(bytes) {}

  static Result<std::unique_ptr<Archive>> open(const Bytes& bytes) {
    // To libzip an empty file is an empty archive.
    if (bytes.size < 22) return file_error(bytes.name, "this is not a .npz file");
    TRY_VOID(check_member_counts(bytes));
    auto archive = std::make_unique<Archive>(bytes);
    ZipError error;
    zip_source_t* made = zip_source_function_create(ZipSource::call, &archive->source, &error.error);
    if (!made) return file_error(bytes.name, "the archive cannot be opened: " + message(&error.error));
    archive->zip.reset(zip_open_from_source(made, ZIP_RDONLY, &error.error));
    if (!archive->zip) {
      zip_source_free(made);
      return file_error(bytes.name, "this is not a .npz file: " + message(&error.error));
    }
    return archive;
  }

  std::vector<std::string> members() const {
    std::vector<std::string> members;
    const zip_int64_t count = std::min(zip_get_num_entries(zip.get(), 0), kMostMembersListed);
    for (zip_int64_t i = 0; i < count; ++i) {
      const char* entry = zip_get_name(zip.get(), static_cast<zip_uint64_t>(i), 0);
      std::string text = entry ? entry : "";
      if (text.ends_with(".npy")) members.push_back(text.substr(0, text.size() - 4));
    }
    return members;
  }
};

}  // namespace

Error no_member(const std::string& file, std::string_view member, const std::vector<std::string>& members) {
  if (member.empty())
    return file_error(file, "which array of the file is meant?", "\"file:name\"", {},
                      members.empty() ? "" : "it has " + listed(members, "and"));
  const std::string near = nearest_name(member, members);
  return file_error(file, "there is no array '" + escaped(member, Quotes::keep, 80) + "'", {}, {},
                    !near.empty()     ? "did you mean '" + near + "'?"
                    : members.empty() ? "the file has no arrays"
                                      : "it has " + listed(members, "and"));
}

Result<std::vector<std::string>> npz_members(const Bytes& bytes) {
  TRY(const auto archive, Archive::open(bytes));
  return archive->members();
}

Result<Tensor> read_npz(const Bytes& bytes, std::string_view member, const TensorLimits& limits) {
  Tensor tensor;
  TRY_VOID(unpack_npz(bytes, member, limits, [&](ByteStream& stream) -> Result<void> {
    TRY(tensor, read_npy(stream, limits.elements));
    return {};
  }));
  return tensor;
}

Result<void> unpack_npz(const Bytes& bytes, std::string_view member, const TensorLimits& limits,
                        const std::function<Result<void>(ByteStream&)>& use) {
  TRY(const auto opened, Archive::open(bytes));
  const auto& archive = opened->zip;
  const std::string name(member);
  zip_int64_t index = -1;
  if (!name.empty() && name.find('\0') == std::string::npos) {
    index = zip_name_locate(archive.get(), (name + ".npy").c_str(), 0);
    if (index < 0 && name.ends_with(".npy")) index = zip_name_locate(archive.get(), name.c_str(), 0);
  }
  if (index < 0) return no_member(bytes.name, member, opened->members());

  const auto at = static_cast<zip_uint64_t>(index);
  const std::string shown = bytes.name + ":" + name;
  zip_stat_t status;
  zip_stat_init(&status);
  constexpr zip_uint64_t wanted =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(archive.get(), at, 0, &status) != 0 || (status.valid & wanted) != wanted)
    return file_error(shown, "the archive does not say how large it is");
  if (status.encryption_method != ZIP_EM_NONE ||
      (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE))
    return file_error(shown, "the array is packed in a way that numpy does not use", "stored or deflated", {},
                      "write it with numpy.savez or numpy.savez_compressed");
  if (status.size > limits.file_bytes) {
    Error too_large = file_error(shown, "the unpacked array is too large",
                                 "at most " + bytes_text(limits.file_bytes), bytes_text(status.size));
    too_large.diagnostics[0].kind = ErrorKind::limit;
    return too_large;
  }
  if (status.comp_size > bytes.size || status.size / kMostRatio > status.comp_size)
    return file_error(shown, "the archive lies about the size of this array", {},
                      bytes_text(status.size) + " from " + bytes_text(status.comp_size));

  std::unique_ptr<zip_file_t, decltype(&zip_fclose)> file(zip_fopen_index(archive.get(), at, 0), zip_fclose);
  if (!file)
    return file_error(shown, "the array cannot be unpacked: " + message(zip_get_error(archive.get())));
  const auto broken = [&] {
    return file_error(shown, "the array is broken: " + message(zip_file_get_error(file.get())));
  };
  ByteStream stream{shown, status.size, [&](std::span<unsigned char> into) -> Result<void> {
                      while (!into.empty()) {
                        const zip_int64_t got = zip_fread(file.get(), into.data(), into.size());
                        if (got < 0) return broken();
                        if (got == 0) return file_error(shown, "the archive ends too early");
                        into = into.subspan(static_cast<std::size_t>(got));
                      }
                      return {};
                    }};
  TRY_VOID(use(stream));
  // The checksum is compared when the end is reached.
  unsigned char rest[4096];
  zip_int64_t got = 0;
  while ((got = zip_fread(file.get(), rest, sizeof rest)) > 0) {
  }
  if (got < 0) return broken();
  return {};
}

}  // namespace spikeloom
