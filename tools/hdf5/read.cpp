#include "hdf5/read.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "hdf5/wire.h"
#include "support/file.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::hdf5 {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kAnswer = 3;  // the descriptor on which the helper answers

Error failure(ErrorKind kind, const std::string& file, std::string what, std::string hint = {}) {
  Diagnostic d;
  d.kind = kind;
  d.file = file;
  d.what = std::move(what);
  d.hint = std::move(hint);
  return Error(std::vector<Diagnostic>{std::move(d)});
}

fs::path beside_this_program() {
  std::error_code ignored;
  return fs::read_symlink("/proc/self/exe", ignored).parent_path() / "spikeloom-hdf5";
}

/// The helper, running: killed and waited for when this ends, whatever happens.
class Helper {
 public:
  Helper() = default;
  Helper(const Helper&) = delete;
  Helper& operator=(const Helper&) = delete;
  ~Helper() {
    if (answer_ >= 0) ::close(answer_);
    if (process_ > 0) {
      ::kill(process_, SIGKILL);
      wait();
    }
  }

  /// 0, or why not (errno).
  int start(const std::vector<std::string>& words) {
    int pipe[2];
    if (::pipe2(pipe, O_CLOEXEC) != 0) return errno;
    answer_ = pipe[0];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    // Nothing of this process goes along: neither descriptors nor the environment, nor what it does with
    // signals.
    ::posix_spawn_file_actions_adddup2(&files, pipe[1], kAnswer);
    ::posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addclosefrom_np(&files, kAnswer + 1);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);  // Ctrl-C at a terminal is for this process alone
    ::posix_spawnattr_setflags(&attributes,
                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::vector<char*> arguments;
    for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    // The library reads these: plugins off, and no lock is asked of a file that is only read.
    const char* environment[] = {"HDF5_PLUGIN_PRELOAD=::", "HDF5_USE_FILE_LOCKING=FALSE", nullptr};
    const int problem = ::posix_spawn(&process_, words[0].c_str(), &files, &attributes, arguments.data(),
                                      const_cast<char**>(environment));
    if (problem != 0) process_ = -1;
    ::posix_spawn_file_actions_destroy(&files);
    ::posix_spawnattr_destroy(&attributes);
    ::close(pipe[1]);
    return problem;
  }

  /// Fills the span before `deadline`; false at the end of the answer, or when time is up.
  bool take(std::span<unsigned char> into, Clock::time_point deadline) {
    while (!into.empty()) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
      pollfd ready = {answer_, POLLIN, 0};
      const int polled = left > 0 ? ::poll(&ready, 1, static_cast<int>(left)) : 0;
      if (polled < 0 && errno == EINTR) continue;
      if (polled <= 0) {
        is_late_ = true;
        return false;
      }
      const ssize_t got = ::read(answer_, into.data(), into.size());
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return false;
      into = into.subspan(static_cast<std::size_t>(got));
    }
    return true;
  }
  bool is_late() const { return is_late_; }

  /// How it ended, once its answer has (or it has been killed).
  int wait() {
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status;
  }
  void kill() { ::kill(process_, SIGKILL); }

 private:
  pid_t process_ = -1;
  int answer_ = -1;
  bool is_late_ = false;
};

}  // namespace

Result<Object> read(const fs::path& file, const std::vector<Part>& parts, const ReadOptions& options) {
  const std::string name = file.string();
  std::uint64_t size = 0;
  {
    // Says what is wrong with the name better than the other process could.
    TRY(const InputFile opened, InputFile::open(file));
    size = opened.size();
  }
  const Limits& limits = options.limits;
  const fs::path program = options.helper.empty() ? beside_this_program() : options.helper;
  std::vector<std::string> words = {program.string(), "1", fs::absolute(file).string()};
  for (const std::uint64_t limit : {limits.bytes, limits.objects, static_cast<std::uint64_t>(limits.depth),
                                    static_cast<std::uint64_t>(limits.name),
                                    limits.cpu_seconds + size / kFileBytesASecond, limits.memory})
    words.push_back(std::to_string(limit));
  for (const Part& part : parts)
    words.push_back(std::to_string(part.first) + ":" + std::to_string(part.rows) + ":" + part.path);

  Helper helper;
  if (const int problem = helper.start(words); problem != 0)
    return failure(ErrorKind::io, name,
                   "cannot start '" + program.string() + "', which reads HDF5: " + std::strerror(problem),
                   "it is built and installed beside the spikeloom command");
  const auto deadline = Clock::now() + std::chrono::seconds(limits.seconds);
  auto root =
      decode([&](std::span<unsigned char> into) { return helper.take(into, deadline); }, limits, name);
  if (root) return root;
  if (helper.is_late()) {
    helper.kill();
    helper.wait();
    return failure(ErrorKind::invalid, name,
                   "reading this HDF5 file takes longer than " + std::to_string(limits.seconds) + " s",
                   "the file is damaged, or was made to do harm");
  }
  // An answer that breaks off: the process tells why.
  helper.kill();
  const int status = helper.wait();
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    return failure(ErrorKind::io, name, "cannot start '" + program.string() + "', which reads HDF5");
  return root.error();
}

}  // namespace spikeloom::hdf5
