// A folder that nobody but its user can write to: files in it may be trusted for where they lie.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "spikeloom/result.h"

namespace spikeloom {

/// Open for as long as it lives; every file is reached through its descriptor, so that renaming a folder
/// above it changes nothing. Calls may come from several threads, and several processes may share the folder.
class PrivateFolder {
 public:
  /// Opens `path`, and makes what is missing of it, for the user alone. Every folder and link on the way must
  /// belong to the user or root and be writable by nobody else; the last folder must belong to the user and
  /// be closed to all others. ErrorKind::invalid: it is there and must not be trusted; ErrorKind::io: the
  /// system said no.
  static Result<PrivateFolder> open(const std::filesystem::path& path);

  PrivateFolder(PrivateFolder&& other) noexcept;
  PrivateFolder& operator=(PrivateFolder&& other) noexcept;
  ~PrivateFolder();

  /// The whole file, and marks it as used now. Nothing unless it is a regular file (no link), belongs to the
  /// user, is writable by nobody else and has at most `most` bytes.
  std::optional<std::vector<unsigned char>> read(const std::string& name, std::uint64_t most) const;

  /// Puts the file in place at once: a reader meets all of it or what was there before. False if the system
  /// said no (a full disk, a folder that became read-only).
  bool write(const std::string& name, std::span<const unsigned char> bytes) const;

  void remove(const std::string& name) const;

  struct File {
    std::string name;
    std::uint64_t bytes = 0;
    std::int64_t used = 0;  // ns since the epoch: written, or read by read()
  };
  /// Regular files, in no order.
  std::vector<File> files() const;

 private:
  explicit PrivateFolder(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace spikeloom
