// Machine code that outlives the process: a second start finds what the first one generated.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "cache/private_folder.h"

namespace spikeloom {

/// Entries are found by a key: a text that holds everything the code depends on. Any mistake of the disk
/// makes an entry disappear, never a wrong one appear. May be used by several threads and processes at once.
class CodeCache {
 public:
  static constexpr std::uint64_t kMostBytes = 256ull << 20;  // of all entries
  static constexpr std::uint64_t kMostEntryBytes = 64ull << 20;

  /// Fails as PrivateFolder::open does.
  static Result<CodeCache> open(const std::filesystem::path& folder, std::uint64_t most_bytes = kMostBytes);

  /// The code that was stored under exactly this key.
  std::optional<std::vector<unsigned char>> find(std::string_view key) const;

  /// What cannot be stored is not, and nobody needs to know. What was not used for longest makes room.
  void store(std::string_view key, std::span<const unsigned char> code) const;

  struct Contents {
    std::uint64_t entries = 0, bytes = 0;
  };
  Contents contents() const;
  bool empty() const { return contents().entries == 0; }

  /// Removes every entry; returns what there was.
  Contents clear() const;

 private:
  CodeCache(PrivateFolder folder, std::uint64_t most_bytes)
      : folder_(std::move(folder)), most_bytes_(most_bytes) {}
  void make_room() const;

  PrivateFolder folder_;
  std::uint64_t most_bytes_;
};

/// Why nothing is kept, as a warning.
Diagnostic cache_is_off(const Error& why);

}  // namespace spikeloom
