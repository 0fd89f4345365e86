// Files of users, opened so that they cannot do harm: regular files only, sizes known before memory is taken,
// no way out of a folder.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "spikeloom/result.h"

namespace spikeloom {

/// A regular file, open for reading. Never mapped: a file that shrinks while it is read is an error, not a
/// signal. Reading is thread-safe.
class InputFile {
 public:
  /// Follows links. Pipes, devices and folders are refused (without waiting on them).
  static Result<InputFile> open(const std::filesystem::path& path);

  /// Opens `path`, relative to `folder` and below it: absolute paths, "..", and links that lead out of the
  /// folder are refused, also if the folder changes meanwhile. Links that stay below are followed.
  static Result<InputFile> open_below(const std::filesystem::path& folder, std::string_view path);

  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  ~InputFile();

  const std::string& name() const { return name_; }  // as it was given
  std::uint64_t size() const { return size_; }       // bytes, when it was opened

  /// Fills `into` from the bytes at `offset` on; an error if the file ends before.
  Result<void> read(std::uint64_t offset, std::span<unsigned char> into) const;

 private:
  InputFile(int descriptor, std::string name) : descriptor_(descriptor), name_(std::move(name)) {}
  static Result<InputFile> checked(int descriptor, std::string name);

  int descriptor_ = -1;
  std::string name_;
  std::uint64_t size_ = 0;
};

/// The whole of a text file of at most `most` bytes.
Result<std::string> read_text_file(const std::filesystem::path& path, std::uint64_t most);

/// "1.5 GiB", "640 B": for messages about limits.
std::string bytes_text(std::uint64_t bytes);

}  // namespace spikeloom
