// Where the bytes of an array file come from.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "support/file.h"

namespace spikeloom {

/// Bytes at offsets: a file, or memory.
struct Bytes {
  std::string name;  // for messages
  std::uint64_t size = 0;
  std::function<Result<void>(std::uint64_t offset, std::span<unsigned char> into)> read;
};

Bytes bytes_of(const InputFile& file);                                    // borrowed
Bytes bytes_of(std::span<const unsigned char> memory, std::string name);  // borrowed

/// Bytes one after the other: a file from its start, or an unpacked member of an archive.
struct ByteStream {
  std::string name;
  std::uint64_t left = 0;
  std::function<Result<void>(std::span<unsigned char> into)> next;  // into.size() <= left

  /// Reads and counts; an error if fewer bytes are left.
  Result<void> take(std::span<unsigned char> into);
};

ByteStream stream_of(const Bytes& bytes, std::uint64_t offset = 0);  // borrowed

/// An error of an array file: "'x.npy': <what>".
Error file_error(const std::string& name, std::string what, std::string expected = {}, std::string got = {},
                 std::string hint = {});

}  // namespace spikeloom
