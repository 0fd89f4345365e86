// A `.npy` file (format 1.0) that grows along its first axis while it is written.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "spikeloom/result.h"

namespace spikeloom {

class NpyFile {
 public:
  /// Truncates. The file is readable from here on: an empty array.
  static Result<NpyFile> create(const std::filesystem::path& path);
  NpyFile(NpyFile&& other) noexcept;
  NpyFile& operator=(NpyFile&& other) noexcept;
  ~NpyFile();

  /// Before the first data: the element (a Python literal, "'<f4'"), and the axes behind the first.
  Result<void> describe(std::string element, std::vector<std::uint64_t> rest);
  bool is_described() const { return !element_.empty(); }

  /// Data at a place behind the header, which may lie behind the end. Buffered.
  Result<void> write(std::uint64_t place, std::span<const unsigned char> bytes);
  /// Reads back what was flushed.
  Result<void> read(std::uint64_t place, std::span<unsigned char> bytes) const;

  /// Flushes, then lets the header say that the first axis has `rows`. In this order, so that it never claims
  /// what is not there.
  Result<void> claim(std::uint64_t rows);
  /// The same, but only once enough has come together or a second has passed.
  Result<void> claim_now_and_then(std::uint64_t rows);

  /// Changes the axes behind the first, claims `rows` and cuts the file behind `bytes` of data.
  Result<void> reshape(std::vector<std::uint64_t> rest, std::uint64_t rows, std::uint64_t bytes);

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit NpyFile(std::filesystem::path path) : path_(std::move(path)) {}
  Result<void> flush();
  Result<void> write_header(std::uint64_t rows);
  Result<void> write_at(std::uint64_t offset, std::span<const unsigned char> bytes) const;
  Error failed(const char* what) const;

  std::filesystem::path path_;
  int descriptor_ = -1;
  std::string element_;
  std::vector<std::uint64_t> rest_;
  std::uint64_t header_bytes_ = 0;
  std::vector<unsigned char> buffer_;
  std::uint64_t buffer_place_ = 0;
  std::uint64_t unclaimed_ = 0;  // bytes since the header was written
  std::chrono::steady_clock::time_point claimed_at_;
};

}  // namespace spikeloom
