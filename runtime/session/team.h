// Threads that help a session with a block of its work. They wait spinning for a while, then asleep.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace spikeloom {

/// Cores that this process may use, at least 1.
unsigned usable_cores();

/// One caller at a time. The caller works, too: as worker 0.
class Team {
 public:
  /// `helpers` threads besides the caller's, or as many as the system has left. Pinned ones stay on one core
  /// each, from the second on that the process may use.
  Team(unsigned helpers, bool pin);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  using Task = void (*)(void* context, std::uint32_t part, unsigned worker);

  /// Runs parts 0 ... parts - 1 once each, by whoever comes first, and returns when all are done. Nobody
  /// waits for a helper that has not begun.
  void run(std::uint32_t parts, Task task, void* context);

  /// Whether a helper would begin at once. One that sleeps is woken for the next time.
  bool is_awake();

 private:
  void help(unsigned worker);
  void take_parts(unsigned worker);
  void ring();
  void wait_for_all(std::uint32_t parts);

  // Of the job; written before its parts are offered, and read by those who got one.
  Task task_ = nullptr;
  void* context_ = nullptr;
  std::uint32_t parts_ = 0;
  std::uint32_t job_ = 0;

  // Each in a line of its own: they are written by several threads.
  alignas(64) std::atomic<std::uint64_t> open_{0};  // number of the job, and in the low half its parts left
  alignas(64) std::atomic<std::uint32_t> done_{0};  // parts of it
  alignas(64) std::atomic<std::uint32_t> bell_{0};  // changes with every job
  std::atomic<std::uint32_t> asleep_{0};
  std::atomic<bool> is_over_{false};
  std::vector<std::thread> helpers_;
};

}  // namespace spikeloom
