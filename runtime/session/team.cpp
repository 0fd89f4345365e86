#include "session/team.h"

#include <algorithm>
#include <system_error>

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>

#include <csignal>
#endif

namespace spikeloom {
namespace {

/// About 10 to 60 us: longer than a caller takes between two blocks, shorter than sleeping and waking costs.
constexpr unsigned kSpins = 1000;

void pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

#if defined(__linux__)
std::vector<unsigned> cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<unsigned> found;
  if (sched_getaffinity(0, sizeof set, &set) == 0)
    for (unsigned core = 0; core < CPU_SETSIZE; ++core)
      if (CPU_ISSET(core, &set)) found.push_back(core);
  return found;
}

void stay_on(unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);  // a wish: without it everything is still right
}

/// Threads that start meanwhile take no signal: these are for the host's own threads.
class NoSignals {
 public:
  NoSignals() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~NoSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  NoSignals(const NoSignals&) = delete;
  NoSignals& operator=(const NoSignals&) = delete;

 private:
  sigset_t before_;
};
#else
std::vector<unsigned> cores() {
  return {};
}
void stay_on(unsigned) {}
struct NoSignals {
  NoSignals() {}
};
#endif

}  // namespace

unsigned usable_cores() {
  const auto found = static_cast<unsigned>(cores().size());
  return std::max(found > 0 ? found : std::thread::hardware_concurrency(), 1u);
}

Team::Team(unsigned helpers, bool pin) {
  const std::vector<unsigned> places = pin ? cores() : std::vector<unsigned>();
  helpers_.reserve(helpers);
  const NoSignals quiet;
  try {
    for (unsigned worker = 1; worker <= helpers; ++worker)
      helpers_.emplace_back([this, worker, places] {
        if (!places.empty()) stay_on(places[worker % places.size()]);
        help(worker);
      });
  } catch (const std::system_error&) {
    // Those that have started do the work.
  }
}

Team::~Team() {
  is_over_.store(true, std::memory_order_relaxed);
  ring();
  for (std::thread& helper : helpers_) helper.join();
}

void Team::ring() {
  // Either this sees that somebody is about to sleep, or the sleeper sees the bell: both are in one order.
  bell_.fetch_add(1, std::memory_order_seq_cst);
  if (asleep_.load(std::memory_order_seq_cst) > 0) bell_.notify_all();
}

bool Team::is_awake() {
  const std::uint32_t asleep = asleep_.load(std::memory_order_relaxed);
  if (asleep > 0) ring();
  return asleep < helpers_.size();
}

void Team::help(unsigned worker) {
  for (std::uint32_t heard = 0;;) {
    std::uint32_t now = bell_.load(std::memory_order_acquire);
    for (unsigned spin = 0; now == heard && spin < kSpins; ++spin) {
      pause();
      now = bell_.load(std::memory_order_acquire);
    }
    if (now == heard) {
      asleep_.fetch_add(1, std::memory_order_seq_cst);
      bell_.wait(heard, std::memory_order_seq_cst);
      asleep_.fetch_sub(1, std::memory_order_relaxed);
      continue;
    }
    if (is_over_.load(std::memory_order_relaxed)) return;
    heard = now;
    take_parts(worker);
  }
}

void Team::take_parts(unsigned worker) {
  constexpr std::uint64_t kLeft = 0xffffffff;
  std::uint64_t open = open_.load(std::memory_order_acquire);
  while ((open & kLeft) != 0) {
    // The number of the job is compared, too: who comes late gets no part of another one.
    if (!open_.compare_exchange_weak(open, open - 1, std::memory_order_acquire)) continue;
    // From here until the part is done, the job stays what it is.
    const std::uint32_t parts = parts_;
    task_(context_, parts - static_cast<std::uint32_t>(open & kLeft), worker);
    if (done_.fetch_add(1, std::memory_order_acq_rel) + 1 == parts && worker != 0) done_.notify_one();
    open = open_.load(std::memory_order_acquire);
  }
}

void Team::wait_for_all(std::uint32_t parts) {
  for (unsigned spin = 0;; ++spin) {
    const std::uint32_t done = done_.load(std::memory_order_acquire);
    if (done == parts) return;
    if (spin < kSpins)
      pause();
    else
      done_.wait(done, std::memory_order_acquire);
  }
}

void Team::run(std::uint32_t parts, Task task, void* context) {
  task_ = task;
  context_ = context;
  parts_ = parts;
  done_.store(0, std::memory_order_relaxed);
  open_.store(std::uint64_t{++job_} << 32 | parts, std::memory_order_release);
  ring();
  take_parts(0);
  wait_for_all(parts);
}

}  // namespace spikeloom
