#include "llvm/compile_thread.h"

#include <llvm/Support/ErrorHandling.h>
#include <pthread.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>

namespace spikeloom {
namespace {

constexpr std::size_t kStackBytes = 64u << 20;  // reserved, touched as needed

/// Shared by the caller and the thread: a parked thread outlives the call.
struct Job {
  std::function<Result<void>()> work;
  std::mutex mutex;
  std::condition_variable finished;
  std::optional<Result<void>> result;
  std::exception_ptr exception;

  void finish(Result<void> r, std::exception_ptr e = nullptr) {
    const std::lock_guard lock(mutex);
    exception = std::move(e);
    result = std::move(r);
    finished.notify_all();
  }
};

thread_local Job* current_job = nullptr;

void on_fatal_error(void*, const char* reason, bool) {
  if (!current_job) {  // another user of LLVM in this process
    std::fprintf(stderr, "LLVM ERROR: %s\n", reason);
    std::abort();
  }
  current_job->finish(
      Error(ErrorKind::internal, std::string("LLVM gave up: ") + reason, "please report it with the graph"));
  std::mutex never;
  std::unique_lock lock(never);
  std::condition_variable park;
  for (;;) park.wait(lock);
}

void* run(void* argument) {
  const std::unique_ptr<std::shared_ptr<Job>> holder(static_cast<std::shared_ptr<Job>*>(argument));
  Job& job = **holder;
  current_job = &job;
  try {
    job.finish(job.work());
  } catch (...) {
    job.finish({}, std::current_exception());
  }
  return nullptr;
}

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] { llvm::install_fatal_error_handler(on_fatal_error); });
}

}  // namespace

Result<void> on_compile_thread(std::function<Result<void>()> work) {
  install_handler();
  auto job = std::make_shared<Job>();
  job->work = std::move(work);
  auto holder = std::make_unique<std::shared_ptr<Job>>(job);

  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, kStackBytes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  const int problem = pthread_create(&thread, &attributes, run, holder.get());
  pthread_attr_destroy(&attributes);
  if (problem != 0) return Error(ErrorKind::limit, "no thread could be started to compile the network");
  holder.release();

  std::unique_lock lock(job->mutex);
  job->finished.wait(lock, [&] { return job->result.has_value(); });
  if (job->exception) std::rethrow_exception(job->exception);
  return std::move(*job->result);
}

}  // namespace spikeloom
