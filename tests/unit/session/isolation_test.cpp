// What a step may not do, and what sessions may not share.
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <new>
#include <thread>

#include "unit/session/hand_written.h"

namespace {
thread_local std::size_t allocations = 0;
}  // namespace

// Not inline: the compiler would see malloc and free meet new and delete.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace spikeloom {
namespace {

constexpr std::uint32_t kBatch = 2;

struct Streaming {
  hand::Options options{.neurons = 100, .delay = 3, .slots = 8, .history = true};
  Session session = *Session::create(hand::program(options), {.batch = kBatch});
  std::vector<float> row = std::vector<float>(std::size_t{kBatch} * options.neurons, 0.3f);
  std::span<const float> inputs[1] = {row};

  Streaming() { EXPECT_TRUE(session.set_input("bias", std::vector<float>(options.neurons)).ok()); }
};

TEST(SessionStep, TakesNoMemory) {
  Streaming s;
  const std::size_t before = allocations;
  ASSERT_GT(before, 0u) << "the counter counts";
  bool ok = true;
  for (int t = 0; t < 1000; ++t) ok = s.session.step(s.inputs).ok() && ok;
  EXPECT_EQ(allocations, before);
  EXPECT_TRUE(ok);
}

#if !defined(SPIKELOOM_SANITIZED)
// The kernel kills a process in this mode at any system call but read, write and exit.
TEST(SessionStep, MakesNoSystemCall) {
  Streaming s;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (::prctl(PR_SET_SECCOMP, 1, 0, 0, 0) != 0) ::_exit(2);
    bool ok = true;
    for (int t = 0; t < 1000; ++t) ok = s.session.step(s.inputs).ok() && ok;
    ::syscall(SYS_exit, ok ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 2) GTEST_SKIP() << "this system has no strict mode";
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "killed by signal " << WTERMSIG(status);
}
#endif

TEST(Sessions, ManyMayRunAtOnceOnOneProgram) {
  const hand::Options o{.neurons = 50};
  constexpr std::uint64_t kSteps = 500;
  const Program program = hand::program(o);
  const hand::Trace want = hand::expected(o, kBatch, kSteps, 0.0f);
  std::vector<float> last[4];
  std::vector<std::thread> threads;
  for (std::vector<float>& mem : last)
    threads.emplace_back([&mem, &program, &o] {
      Session session = *Session::create(program, {.batch = kBatch});
      mem.resize(std::size_t{kBatch} * o.neurons);
      if (!session.set_input("bias", std::vector<float>(o.neurons)).ok() ||
          !session.run(kSteps, hand::source(kBatch, o.neurons)).ok() || !session.read("lif1.mem", mem).ok())
        mem.clear();
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::vector<float>& mem : last) {
    ASSERT_EQ(mem.size(), std::size_t{kBatch} * o.neurons);
    EXPECT_TRUE(std::equal(mem.begin(), mem.end(), want.mem.end() - static_cast<std::ptrdiff_t>(mem.size())));
  }
}

TEST(Sessions, AProgramLivesAsLongAsASessionRunsIt) {
  const std::shared_ptr<hand::Image> image = hand::image();
  const std::weak_ptr<hand::Image> watch = image;
  std::optional<Session> session;
  {
    Result<Program> program = Program::load(&image->table, image->kernels, image->constant_bytes(), image);
    session.emplace(*Session::create(*std::move(program)));
  }
  EXPECT_EQ(watch.use_count(), 2);
  session.reset();
  EXPECT_EQ(watch.use_count(), 1);
}

}  // namespace
}  // namespace spikeloom
