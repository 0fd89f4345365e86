#include "support/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cmath>
#include <cstdio>
#include <system_error>
#include <utility>
#include <vector>

#include "support/text.h"
#include "support/try.h"

namespace spikeloom {

namespace {

// O_NONBLOCK: opening a pipe that nobody writes to must not wait. It changes nothing for regular files.
constexpr int kRead = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;

std::string shown(std::string_view name) {
  return "'" + escaped(name, Quotes::keep, 300) + "'";
}

Error system_error(int code, std::string_view name) {
  if (code == ENOENT || code == ENOTDIR) return Error(ErrorKind::io, "there is no file " + shown(name));
  return Error(ErrorKind::io, "cannot open " + shown(name) + ": " + std::system_category().message(code));
}

Error outside(std::string_view name) {
  return Error(ErrorKind::invalid, shown(name) + " leads out of the folder of the graph",
               "files must lie in the graph's folder or below it, links included");
}

/// A descriptor that is closed at the end of its life.
class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }

 private:
  int value_;
};

/// Components in the order in which they are to be walked, last first: a stack.
void push_components(std::vector<std::string>& stack, std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (end > begin && path.substr(begin, end - begin) != ".")
      parts.emplace_back(path.substr(begin, end - begin));
    begin = end + 1;
  }
  stack.insert(stack.end(), parts.rbegin(), parts.rend());
}

}  // namespace

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), name_(std::move(other.name_)), size_(other.size_) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  name_ = std::move(other.name_);
  size_ = other.size_;
  return *this;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<InputFile> InputFile::checked(int descriptor, std::string name) {
  if (descriptor < 0) return system_error(errno, name);
  InputFile file(descriptor, std::move(name));
  struct stat status{};
  if (::fstat(descriptor, &status) != 0) return system_error(errno, file.name_);
  if (!S_ISREG(status.st_mode))
    return Error(ErrorKind::io,
                 shown(file.name_) + " is " + (S_ISDIR(status.st_mode) ? "a folder" : "not a regular file"));
  file.size_ = static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0));
  return file;
}

Result<InputFile> InputFile::open(const std::filesystem::path& path) {
  const std::string& name = path.native();
  if (name.find('\0') != std::string::npos) return system_error(ENOENT, name);
  return checked(::open(name.c_str(), kRead), name);
}

Result<InputFile> InputFile::open_below(const std::filesystem::path& folder, std::string_view path) {
  const std::string name(path);
  if (name.empty() || name.find('\0') != std::string::npos) return system_error(ENOENT, name);
  if (name.front() == '/') return outside(name);

  constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW;
  const std::string root = folder.empty() ? "." : folder.native();
  std::vector<Descriptor> walked;  // the folder, then every folder below it on the way
  walked.emplace_back(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (walked.back().get() < 0) return system_error(errno, root);

  // Component by component, each opened without following links; links are read and walked by hand, ".."
  // goes back to a folder that is already open. So no rename in between can lead outside.
  std::vector<std::string> ahead;
  push_components(ahead, name);
  if (ahead.empty()) return Error(ErrorKind::io, shown(name) + " is a folder");
  int links = 0;
  while (!ahead.empty()) {
    const std::string part = std::move(ahead.back());
    ahead.pop_back();
    if (part == "..") {
      walked.pop_back();
      if (walked.empty()) return outside(name);
      continue;
    }
    const int here = walked.back().get();
    std::array<char, PATH_MAX> target{};
    const ssize_t length = ::readlinkat(here, part.c_str(), target.data(), target.size());
    if (length >= 0) {
      if (++links > 40) return system_error(ELOOP, name);
      const std::string_view to(target.data(), static_cast<std::size_t>(length));
      if (to.starts_with('/')) return outside(name);
      push_components(ahead, to);
      continue;
    }
    if (errno != EINVAL) return system_error(errno, name);  // EINVAL: it is not a link
    if (ahead.empty()) return checked(::openat(here, part.c_str(), kRead | O_NOFOLLOW), name);
    walked.emplace_back(::openat(here, part.c_str(), kFolder));
    if (walked.back().get() < 0) return system_error(errno, name);
  }
  return Error(ErrorKind::io, shown(name) + " is a folder");
}

Result<void> InputFile::read(std::uint64_t offset, std::span<unsigned char> into) const {
  while (!into.empty()) {
    const std::size_t most = std::min<std::size_t>(into.size(), 1u << 30);
    const ssize_t got = ::pread(descriptor_, into.data(), most, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      return Error(ErrorKind::io,
                   "cannot read " + shown(name_) + ": " + std::system_category().message(errno));
    if (got == 0) return Error(ErrorKind::io, shown(name_) + " ends before it should");
    into = into.subspan(static_cast<std::size_t>(got));
    offset += static_cast<std::uint64_t>(got);
  }
  return {};
}

Result<std::string> read_text_file(const std::filesystem::path& path, std::uint64_t most) {
  TRY(InputFile file, InputFile::open(path));
  if (file.size() > most)
    return Error(ErrorKind::limit, shown(file.name()) + " has " + bytes_text(file.size()) +
                                       "; the limit is " + bytes_text(most));
  std::string text(file.size(), '\0');
  TRY_VOID(file.read(0, {reinterpret_cast<unsigned char*>(text.data()), text.size()}));
  return text;
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  double value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; value >= 1024 && unit + 1 < std::size(units); ++unit) value /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 || value == std::floor(value) ? "%.0f %s" : "%.1f %s",
                value, units[unit]);
  return text.data();
}

}  // namespace spikeloom
