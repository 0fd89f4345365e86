#include "recorders/npy_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace spikeloom {
namespace {

constexpr std::size_t kBuffer = 1 << 20;
constexpr std::chrono::seconds kPatience{1};  // what a killed run may lose, besides the buffer
constexpr std::size_t kFirstAxisDigits = 20;  // room for any number of steps

std::string literal(const std::string& element, std::uint64_t rows, const std::vector<std::uint64_t>& rest) {
  std::string text =
      "{'descr': " + element + ", 'fortran_order': False, 'shape': (" + std::to_string(rows) + ",";
  for (const std::uint64_t extent : rest) text += " " + std::to_string(extent) + ",";
  if (!rest.empty()) text.pop_back();
  return text + "), }";
}

}  // namespace

Result<NpyFile> NpyFile::create(const std::filesystem::path& path) {
  NpyFile file(path);
  file.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file.descriptor_ < 0) return file.failed("the file cannot be created");
  if (Result<void> described = file.describe("'<f4'", {}); !described) return described.error();
  file.element_.clear();
  return file;
}

NpyFile::NpyFile(NpyFile&& other) noexcept {
  *this = std::move(other);
}

NpyFile& NpyFile::operator=(NpyFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(descriptor_, other.descriptor_);
  std::swap(element_, other.element_);
  std::swap(rest_, other.rest_);
  std::swap(header_bytes_, other.header_bytes_);
  std::swap(buffer_, other.buffer_);
  std::swap(buffer_place_, other.buffer_place_);
  std::swap(unclaimed_, other.unclaimed_);
  std::swap(claimed_at_, other.claimed_at_);
  return *this;
}

NpyFile::~NpyFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Error NpyFile::failed(const char* what) const {
  Error error(ErrorKind::io, what);
  error.diagnostics[0].file = path_.string();
  error.diagnostics[0].got = std::system_category().message(errno);
  return error;
}

Result<void> NpyFile::describe(std::string element, std::vector<std::uint64_t> rest) {
  element_ = std::move(element);
  rest_ = std::move(rest);
  const std::size_t prefix = 10;  // magic, version, length
  header_bytes_ = (prefix + literal(element_, 0, rest_).size() + kFirstAxisDigits + 1 + 63) / 64 * 64;
  if (header_bytes_ - prefix > 0xffff)
    return Error(ErrorKind::limit, "the array has too many axes for a .npy file");
  return write_header(0);
}

Result<void> NpyFile::write_header(std::uint64_t rows) {
  const std::string text = literal(element_, rows, rest_);
  const std::size_t length = header_bytes_ - 10;
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(length & 0xff);
  header += static_cast<char>(length >> 8);
  header += text;
  header.resize(header_bytes_ - 1, ' ');
  header += '\n';
  unclaimed_ = 0;
  claimed_at_ = std::chrono::steady_clock::now();
  return write_at(0, {reinterpret_cast<const unsigned char*>(header.data()), header.size()});
}

Result<void> NpyFile::write_at(std::uint64_t offset, std::span<const unsigned char> bytes) const {
  while (!bytes.empty()) {
    const ssize_t written = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return failed("the file cannot be written");
    offset += static_cast<std::uint64_t>(written);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> NpyFile::read(std::uint64_t place, std::span<unsigned char> bytes) const {
  std::uint64_t offset = header_bytes_ + place;
  while (!bytes.empty()) {
    const ssize_t got = ::pread(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("the file cannot be read back");
    if (got == 0) return Error(ErrorKind::io, "'" + path_.string() + "' became shorter while it was written");
    offset += static_cast<std::uint64_t>(got);
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

Result<void> NpyFile::flush() {
  if (buffer_.empty()) return {};
  Result<void> written = write_at(header_bytes_ + buffer_place_, buffer_);
  buffer_.clear();
  return written;
}

Result<void> NpyFile::write(std::uint64_t place, std::span<const unsigned char> bytes) {
  unclaimed_ += bytes.size();
  const bool follows = place == buffer_place_ + buffer_.size();
  if (!follows || buffer_.size() + bytes.size() > kBuffer)
    if (Result<void> flushed = flush(); !flushed) return flushed;
  if (bytes.size() > kBuffer) return write_at(header_bytes_ + place, bytes);
  if (buffer_.empty()) buffer_place_ = place;
  buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  return {};
}

Result<void> NpyFile::claim(std::uint64_t rows) {
  if (Result<void> flushed = flush(); !flushed) return flushed;
  return write_header(rows);
}

Result<void> NpyFile::claim_now_and_then(std::uint64_t rows) {
  if (unclaimed_ < kBuffer && std::chrono::steady_clock::now() - claimed_at_ < kPatience) return {};
  return claim(rows);
}

Result<void> NpyFile::reshape(std::vector<std::uint64_t> rest, std::uint64_t rows, std::uint64_t bytes) {
  if (Result<void> flushed = flush(); !flushed) return flushed;
  if (::ftruncate(descriptor_, static_cast<off_t>(header_bytes_ + bytes)) != 0)
    return failed("the file cannot be cut");
  // The header keeps its size: smaller extents never need more digits.
  rest_ = std::move(rest);
  return write_header(rows);
}

}  // namespace spikeloom
