// Compiled networks that stream: between reset() and the end, step() takes nothing from the system.
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <functional>
#include <memory>

#include "spikeloom/compiler.h"
#include "steady/counted.h"

namespace spikeloom {
namespace {

constexpr int kNoFilter = 77, kSteps = 300;

/// The kernel ends this process at any system call but its exit.
bool forbid_system_calls() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
  };
  const sock_fprog filter = {std::size(program), program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

struct Taken {
  steady::Counts counts;
  int code = -1, signal = 0;  // how the process ended
};

/// What `work` takes, in a process of its own that may not call the system.
Taken taken_by(const std::function<bool()>& work) {
  void* shared =
      mmap(nullptr, sizeof(steady::Counts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) return {};
  auto* counts = new (shared) steady::Counts;
  const pid_t child = fork();
  if (child == 0) {
    if (!forbid_system_calls()) _exit(kNoFilter);
    steady::start_counting();
    const bool ok = work();
    *counts = steady::stop_counting();
    _exit(ok ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const Taken taken{*counts, WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                    WIFSIGNALED(status) ? WTERMSIG(status) : 0};
  munmap(shared, sizeof(steady::Counts));
  return taken;
}

TEST(Counted, SeesMemoryLocksAndSystemCalls) {
  Taken taken = taken_by([] {
    // A volatile pointer: the compiler may leave out what it sees both ends of.
    int* volatile number = new int(3);
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    delete number;
    return true;
  });
  if (taken.code == kNoFilter) GTEST_SKIP() << "this system filters no system calls";
  EXPECT_EQ(taken.code, 0);
  EXPECT_GE(taken.counts.allocations, 1u);
  EXPECT_GE(taken.counts.frees, 1u);
  EXPECT_GE(taken.counts.locks, 1u);
  taken = taken_by([] { return syscall(SYS_getppid) > 0; });
  EXPECT_EQ(taken.signal, SIGSYS) << "exit code " << taken.code;
}

struct Case {
  const char* name;
  const char* inputs;  // of the graph
  const char* nodes;
  std::uint32_t batch = 1, threads = 1;
};

constexpr char kVarying[] = R"("x": { "shape": [200] })";
constexpr char kConstant[] = R"("x": { "shape": [200], "time": "constant" })";
constexpr char kLayers[] = R"(
  "fc1": { "type": "linear", "from": "x", "weight": { "random": "normal", "std": 0.2, "seed": 1, "shape": [100, 200] } },
  "hidden": { "type": "lif", "from": "fc1", "beta": 0.9 },
  "fc2": { "type": "linear", "from": "hidden", "weight": { "random": "normal", "std": 0.3, "seed": 2, "shape": [10, 100] } },
  "out": { "type": "synaptic", "from": "fc2", "alpha": 0.8, "beta": 0.9 })";
constexpr char kLoop[] = R"(
  "out": { "type": "lif", "from": ["x", "near", "far"], "beta": 0.9 },
  "near": { "type": "linear", "from": { "node": "out", "delay": 1 }, "weight": { "random": "normal", "std": 0.1, "seed": 1, "shape": [200, 200] } },
  "far": { "type": "linear", "from": { "node": "out", "delay": 5 }, "weight": { "random": "normal", "std": 0.1, "seed": 2, "shape": [200, 200] } })";
constexpr char kPieces[] = R"(
  "late": { "type": "delay", "from": "x", "steps": 3 },
  "both": { "type": "concat", "from": ["x[0:50]", "late"] },
  "out": { "type": "alpha", "from": "both", "alpha": 0.9, "beta": 0.8 })";

class Step : public testing::TestWithParam<Case> {};

TEST_P(Step, TakesNoLockNoMemoryAndNoSystemCall) {
  const Case& c = GetParam();
  const auto program = compile_text(std::string(R"({ "spikeloom": 1, "inputs": { )") + c.inputs +
                                        R"( }, "nodes": { )" + c.nodes + R"( }, "outputs": { "y": "out" } })",
                                    ".");
  ASSERT_TRUE(program.ok()) << program.error().text();
  auto session = Session::create(*program, {.batch = c.batch, .threads = c.threads});
  ASSERT_TRUE(session.ok()) << session.error().text();
  // Silent, a few spikes, all active, values: what a step is given decides how it is computed.
  const std::size_t n = std::size_t{200} * c.batch;
  std::vector<std::vector<float>> rows(4, std::vector<float>(n));
  for (std::size_t i = 0; i < n; ++i) {
    rows[1][i] = i % 17 == 0 ? 1.0f : 0.0f;
    rows[2][i] = 1.0f;
    rows[3][i] = static_cast<float>(i % 5) * 0.3f;
  }
  std::vector<std::span<const float>> inputs(program->varying_inputs().size());
  for (const spikeloom_signal* input : program->constant_inputs())
    ASSERT_TRUE(session->set_input(program->name(*input), rows[3]).ok());
  ASSERT_EQ(session->threads_for(1), 1u) << "the work of a step would pay a second thread";
  ASSERT_TRUE(session->reset().ok());
  const Taken taken = taken_by([&] {
    bool ok = true;
    for (int t = 0; t < kSteps; ++t) {
      for (auto& input : inputs) input = rows[static_cast<std::size_t>(t / 10 % 4)];
      ok = session->step(inputs).ok() && ok;
    }
    return ok;
  });
  if (taken.code == kNoFilter) GTEST_SKIP() << "this system filters no system calls";
  EXPECT_EQ(taken.signal, 0) << "SIGSYS, " << SIGSYS << ", is a system call";
  EXPECT_EQ(taken.code, 0);
  EXPECT_EQ(taken.counts.allocations, 0u);
  EXPECT_EQ(taken.counts.frees, 0u);
  EXPECT_EQ(taken.counts.locks, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    All, Step,
    testing::Values(Case{"Layers", kVarying, kLayers}, Case{"LayersOfManySamples", kVarying, kLayers, 70},
                    Case{"LayersThatTwoThreadsCouldShareInBlocks", kVarying, kLayers, 70, 2},
                    Case{"ConstantInput", kConstant, kLayers}, Case{"Recurrent", kVarying, kLoop},
                    Case{"RecurrentOfManySamples", kVarying, kLoop, 5},
                    Case{"DelaysAndCopies", kVarying, kPieces, 3}),
    [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace spikeloom
