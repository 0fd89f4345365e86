#include "standard_input.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "support/try.h"

namespace spikeloom::tool {
namespace {

constexpr std::size_t kTaken = 1u << 16;
constexpr int kLookForStopMs = 100;  // signals are blocked while a thread waits for them, so nothing wakes us

}  // namespace

Result<bool> StandardInput::more() {
  buffer_.erase(0, used_);
  used_ = 0;
  while (!is_over_ && !stop_.stop_requested()) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    const int ready = poll(&input, 1, kLookForStopMs);
    if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
    const std::size_t before = buffer_.size();
    buffer_.resize(before + kTaken);
    const ssize_t got = read(STDIN_FILENO, buffer_.data() + before, kTaken);
    buffer_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0) return true;
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    is_over_ = true;
    if (got < 0)
      return Error(ErrorKind::io, std::string("cannot read standard input: ") + std::strerror(errno));
  }
  return false;
}

Result<std::optional<std::string_view>> StandardInput::line(std::size_t most) {
  for (std::size_t searched = used_;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos || buffer_.size() - used_ > most) {
      const std::string_view found = std::string_view(buffer_).substr(used_, end - used_);
      used_ = std::min(end, buffer_.size() - 1) + 1;
      return std::optional(found);
    }
    searched = buffer_.size() - used_;
    TRY(const bool is_more, more());
    if (is_more) continue;
    if (used_ == buffer_.size() || stop_.stop_requested()) return std::optional<std::string_view>();
    const std::string_view last = std::string_view(buffer_).substr(used_);
    used_ = buffer_.size();
    return std::optional(last);
  }
}

Result<std::size_t> StandardInput::take(std::span<unsigned char> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    if (used_ == buffer_.size()) {
      TRY(const bool is_more, more());
      if (!is_more) break;
    }
    const std::size_t now = std::min(into.size() - done, buffer_.size() - used_);
    std::memcpy(into.data() + done, buffer_.data() + used_, now);
    used_ += now;
    done += now;
  }
  return done;
}

Result<void> write_out(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      return Error(ErrorKind::io, std::string("cannot write to standard output: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace spikeloom::tool
