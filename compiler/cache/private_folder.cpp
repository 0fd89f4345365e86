#include "cache/private_folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <memory>
#include <system_error>
#include <utility>

#include "support/text.h"
#include "support/try.h"

namespace spikeloom {
namespace {

constexpr int kMostLinks = 40;

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
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

std::string shown(const std::filesystem::path& path) {
  return "'" + escaped(path.native(), Quotes::keep, 300) + "'";
}

Error refused(const std::filesystem::path& folder, int code) {
  return Error(ErrorKind::io,
               "cannot open the folder " + shown(folder) + ": " + std::system_category().message(code));
}

Error untrusted(const std::filesystem::path& folder, const char* why, std::string hint) {
  return Error(ErrorKind::invalid, shown(folder) + " " + why, std::move(hint));
}

bool is_mine_or_roots(const struct stat& status) {
  return status.st_uid == ::geteuid() || status.st_uid == 0;
}

/// What lies on the way to the folder: others could put another one in its place.
Result<void> check_on_the_way(const std::filesystem::path& place, const struct stat& status) {
  if (!is_mine_or_roots(status))
    return untrusted(place, "belongs to another user", "choose a folder of your own");
  if (!S_ISLNK(status.st_mode) && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return untrusted(place, "can be written by other users", "choose a folder below your home folder");
  return {};
}

Result<void> check_last(const std::filesystem::path& place, const struct stat& status) {
  if (status.st_uid != ::geteuid())
    return untrusted(place, "belongs to another user", "choose a folder of your own");
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0)
    return untrusted(place, "is open to other users", "chmod 700 closes it");
  return {};
}

/// Components in the order in which they are to be walked, last first: a stack.
void push_components(std::vector<std::string>& stack, const std::filesystem::path& path) {
  std::vector<std::string> parts;
  for (const auto& part : path.relative_path())
    if (!part.empty() && part != ".") parts.push_back(part.native());
  stack.insert(stack.end(), parts.rbegin(), parts.rend());
}

Result<std::filesystem::path> target_of(int link, const std::filesystem::path& place) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = ::readlinkat(link, "", target.data(), target.size());
  if (length < 0) return refused(place, errno);
  if (static_cast<std::size_t>(length) == target.size()) return refused(place, ENAMETOOLONG);
  return std::filesystem::path(std::string(target.data(), static_cast<std::size_t>(length)));
}

/// A folder that was walked through, and its name for messages.
struct Walked {
  Descriptor descriptor;
  std::filesystem::path name;
};

/// Opens the next component of the way without following it if it is a link; makes it if it is missing.
Descriptor open_or_make(int folder, const std::string& part) {
  // O_PATH: a folder on the way need not be readable, only searchable.
  constexpr int kLook = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  Descriptor found(::openat(folder, part.c_str(), kLook));
  if (found.get() >= 0 || errno != ENOENT) return found;
  if (::mkdirat(folder, part.c_str(), S_IRWXU) != 0 && errno != EEXIST) return found;
  return Descriptor(::openat(folder, part.c_str(), kLook));
}

/// Component by component, each judged by its open descriptor: what was judged is what is walked.
Result<Walked> walk(const std::filesystem::path& path) {
  if (path.native().find('\0') != std::string::npos) return refused(path, ENOENT);
  std::vector<std::string> ahead;
  push_components(ahead, path);
  std::vector<Walked> walked;
  walked.push_back({Descriptor(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)), "/"});
  struct stat root{};
  if (walked[0].descriptor.get() < 0 || ::fstat(walked[0].descriptor.get(), &root) != 0)
    return refused("/", errno);
  TRY_VOID(check_on_the_way("/", root));
  for (int links = 0; !ahead.empty();) {
    const std::string part = std::move(ahead.back());
    ahead.pop_back();
    if (part == "..") {
      if (walked.size() > 1) walked.pop_back();
      continue;
    }
    const std::filesystem::path name = walked.back().name / part;
    Descriptor next = open_or_make(walked.back().descriptor.get(), part);
    struct stat status{};
    if (next.get() < 0 || ::fstat(next.get(), &status) != 0) return refused(name, errno);
    if (!S_ISLNK(status.st_mode) && !S_ISDIR(status.st_mode)) return refused(name, ENOTDIR);
    TRY_VOID(check_on_the_way(name, status));
    if (S_ISLNK(status.st_mode)) {
      if (++links > kMostLinks) return refused(name, ELOOP);
      TRY(const std::filesystem::path target, target_of(next.get(), name));
      if (target.is_absolute()) walked.erase(walked.begin() + 1, walked.end());
      push_components(ahead, target);
    } else {
      walked.push_back({std::move(next), name});
    }
  }
  return std::move(walked.back());
}

bool is_own_file(const struct stat& status) {
  return S_ISREG(status.st_mode) && status.st_uid == ::geteuid() &&
         (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

bool read_all(int descriptor, std::span<unsigned char> into) {
  while (!into.empty()) {
    const ssize_t got = ::read(descriptor, into.data(), into.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

bool write_all(int descriptor, std::span<const unsigned char> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

PrivateFolder::PrivateFolder(PrivateFolder&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}
PrivateFolder& PrivateFolder::operator=(PrivateFolder&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}
PrivateFolder::~PrivateFolder() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<PrivateFolder> PrivateFolder::open(const std::filesystem::path& path) {
  std::error_code problem;
  const std::filesystem::path absolute = std::filesystem::absolute(path, problem);
  if (problem) return refused(path, problem.value());
  TRY(const Walked last, walk(absolute));
  PrivateFolder folder(::openat(last.descriptor.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct stat status{};
  if (folder.descriptor_ < 0 || ::fstat(folder.descriptor_, &status) != 0) return refused(last.name, errno);
  TRY_VOID(check_last(last.name, status));
  return folder;
}

std::optional<std::vector<unsigned char>> PrivateFolder::read(const std::string& name,
                                                              std::uint64_t most) const {
  // O_NONBLOCK: opening a pipe that nobody writes to must not wait.
  const Descriptor file(
      ::openat(descriptor_, name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat status{};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0 || !is_own_file(status)) return std::nullopt;
  if (status.st_size < 0 || static_cast<std::uint64_t>(status.st_size) > most) return std::nullopt;
  std::vector<unsigned char> bytes(static_cast<std::size_t>(status.st_size));
  if (!read_all(file.get(), bytes)) return std::nullopt;
  (void)::futimens(file.get(), nullptr);  // a folder on a read-only disk can still be read
  return bytes;
}

bool PrivateFolder::write(const std::string& name, std::span<const unsigned char> bytes) const {
  const std::string start = name + ".part" + std::to_string(::getpid()) + "-";
  constexpr int kMostTries = 1000;  // threads of this process, and what a killed one left
  for (int i = 0; i < kMostTries; ++i) {
    const std::string partial = start + std::to_string(i);
    Descriptor file(::openat(descriptor_, partial.c_str(),
                             O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR));
    if (file.get() < 0 && errno == EEXIST) continue;
    if (file.get() < 0) return false;
    const bool complete = write_all(file.get(), bytes) && ::close(file.release()) == 0;
    if (complete && ::renameat(descriptor_, partial.c_str(), descriptor_, name.c_str()) == 0) return true;
    remove(partial);
    return false;
  }
  return false;
}

void PrivateFolder::remove(const std::string& name) const {
  (void)::unlinkat(descriptor_, name.c_str(), 0);  // another process may have been faster
}

std::vector<PrivateFolder::File> PrivateFolder::files() const {
  std::vector<File> found;
  // A descriptor of its own: the position of a listing belongs to it.
  Descriptor listing(::openat(descriptor_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (listing.get() < 0) return found;
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  const std::unique_ptr<DIR, Close> folder(::fdopendir(listing.get()));
  if (!folder) return found;
  listing.release();
  while (const dirent* entry = ::readdir(folder.get())) {
    struct stat status{};
    if (::fstatat(descriptor_, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
      continue;
    found.push_back({entry->d_name, static_cast<std::uint64_t>(status.st_size),
                     std::int64_t{status.st_mtim.tv_sec} * 1000000000 + status.st_mtim.tv_nsec});
  }
  return found;
}

}  // namespace spikeloom
