#include <zip.h>

#include <memory>

#include "data/write.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::data {
namespace {

constexpr time_t k1980 = 315532800;  // no clock in a file: the same run writes the same bytes

}  // namespace

Result<void> write_npz(const Recording& recording, const std::filesystem::path& path) {
  struct Member {
    std::string name, bytes;
  };
  std::vector<Member> members;
  for (const Series& series : recording.series) {
    TRY(std::string bytes, npy_bytes(series, recording.info));
    members.push_back({series.name + ".npy", std::move(bytes)});
  }
  if (!recording.labels.empty()) {
    std::string bytes = npy_header("'<i8'", {recording.labels.size()});
    for (const std::int64_t label : recording.labels)
      for (int i = 0; i < 8; ++i) bytes += static_cast<char>(static_cast<std::uint64_t>(label) >> (8 * i));
    members.push_back({"labels.npy", std::move(bytes)});
  }
  const std::string info = info_json(recording.info);
  members.push_back({"run.json", info});

  int problem = 0;
  struct Discard {
    void operator()(zip_t* zip) const { zip_discard(zip); }
  };
  std::unique_ptr<zip_t, Discard> zip(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &problem));
  const auto refused = [&](const char* why) {
    return Error(ErrorKind::io, "cannot write '" + escaped(path.string()) + "': " + why);
  };
  if (zip == nullptr) return refused("the archive cannot be made");
  for (const Member& member : members) {
    zip_source_t* source = zip_source_buffer(zip.get(), member.bytes.data(), member.bytes.size(), 0);
    const zip_int64_t index =
        source == nullptr ? -1 : zip_file_add(zip.get(), member.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      if (source != nullptr) zip_source_free(source);
      return refused(zip_strerror(zip.get()));
    }
    const auto at = static_cast<zip_uint64_t>(index);
    if (zip_set_file_compression(zip.get(), at, ZIP_CM_DEFLATE, 0) != 0 ||
        zip_file_set_mtime(zip.get(), at, k1980, 0) != 0)
      return refused(zip_strerror(zip.get()));
  }
  if (zip_close(zip.get()) != 0) return refused(zip_strerror(zip.get()));
  static_cast<void>(zip.release());
  return {};
}

}  // namespace spikeloom::data
