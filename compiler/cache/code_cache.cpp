#include "cache/code_cache.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "support/try.h"

namespace spikeloom {
namespace {

constexpr std::string_view kEnding = ".code";

/// An entry is this header, the key, the code.
struct Header {
  char magic[8] = {'s', 'p', 'i', 'k', 'c', 'o', 'd', 'e'};
  std::uint64_t key_bytes = 0, code_bytes = 0;
  std::uint64_t check_low = 0, check_high = 0;  // of key and code: disks and copies go wrong
};
static_assert(sizeof(Header) == 40);

/// Where a key's entry lies. Keys of two networks could be made to meet here on purpose, so the entry holds
/// the key itself, and only an equal one is found.
std::string name_of(std::string_view key) {
  const XXH128_hash_t hash = XXH3_128bits(key.data(), key.size());
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string name;
  for (const std::uint64_t word : {hash.high64, hash.low64})
    for (int shift = 60; shift >= 0; shift -= 4) name += kDigits[word >> shift & 15];
  return name.append(kEnding);
}

bool is_entry(const PrivateFolder::File& file) {
  return file.name.ends_with(kEnding);
}

/// What a writer that was killed left behind: writing takes moments.
bool is_forgotten(const PrivateFolder::File& file) {
  constexpr std::int64_t kHour = 3600ll * 1000000000;
  const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                       std::chrono::system_clock::now().time_since_epoch())
                       .count();
  return file.name.find(std::string(kEnding) + ".part") != std::string::npos && now - file.used > kHour;
}

void set_check(Header& header, std::span<const unsigned char> content) {
  const XXH128_hash_t hash = XXH3_128bits(content.data(), content.size());
  header.check_low = hash.low64;
  header.check_high = hash.high64;
}

}  // namespace

Result<CodeCache> CodeCache::open(const std::filesystem::path& folder, std::uint64_t most_bytes) {
  TRY(PrivateFolder opened, PrivateFolder::open(folder));
  return CodeCache(std::move(opened), most_bytes);
}

std::optional<std::vector<unsigned char>> CodeCache::find(std::string_view key) const {
  auto bytes = folder_.read(name_of(key), kMostEntryBytes);
  if (!bytes || bytes->size() < sizeof(Header) + key.size()) return std::nullopt;
  Header wanted, found;
  std::memcpy(&found, bytes->data(), sizeof found);
  const std::span<const unsigned char> content = std::span(*bytes).subspan(sizeof found);
  wanted.key_bytes = key.size();
  wanted.code_bytes = content.size() - key.size();
  set_check(wanted, content);
  if (std::memcmp(&found, &wanted, sizeof found) != 0) return std::nullopt;
  if (std::memcmp(content.data(), key.data(), key.size()) != 0) return std::nullopt;
  bytes->erase(bytes->begin(), bytes->begin() + static_cast<std::ptrdiff_t>(sizeof found + key.size()));
  return bytes;
}

void CodeCache::store(std::string_view key, std::span<const unsigned char> code) const {
  if (sizeof(Header) + key.size() + code.size() > kMostEntryBytes) return;
  std::vector<unsigned char> bytes(sizeof(Header));
  bytes.insert(bytes.end(), key.begin(), key.end());
  bytes.insert(bytes.end(), code.begin(), code.end());
  Header header;
  header.key_bytes = key.size();
  header.code_bytes = code.size();
  set_check(header, std::span(bytes).subspan(sizeof header));
  std::memcpy(bytes.data(), &header, sizeof header);
  if (folder_.write(name_of(key), bytes)) make_room();
}

void CodeCache::make_room() const {
  std::vector<PrivateFolder::File> entries = folder_.files();
  std::erase_if(entries, [&](const PrivateFolder::File& file) {
    if (is_forgotten(file)) folder_.remove(file.name);
    return !is_entry(file);
  });
  std::uint64_t bytes = 0;
  for (const PrivateFolder::File& entry : entries) bytes += entry.bytes;
  std::ranges::sort(entries, {}, &PrivateFolder::File::used);
  for (const PrivateFolder::File& entry : entries) {
    if (bytes <= most_bytes_) return;
    folder_.remove(entry.name);
    bytes -= entry.bytes;
  }
}

CodeCache::Contents CodeCache::contents() const {
  Contents contents;
  for (const PrivateFolder::File& file : folder_.files())
    if (is_entry(file)) {
      ++contents.entries;
      contents.bytes += file.bytes;
    }
  return contents;
}

CodeCache::Contents CodeCache::clear() const {
  Contents removed;
  for (const PrivateFolder::File& file : folder_.files()) {
    if (is_entry(file)) {
      ++removed.entries;
      removed.bytes += file.bytes;
    }
    if (is_entry(file) || is_forgotten(file)) folder_.remove(file.name);
  }
  return removed;
}

Diagnostic cache_is_off(const Error& why) {
  Diagnostic warning = why.diagnostics.front();
  warning.severity = Diagnostic::Severity::warning;
  warning.what = "compiled code is not kept: " + warning.what;
  return warning;
}

}  // namespace spikeloom
