// W7: from the start of a process to the end of its first step, nothing cached and with the cache of the run
// before.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/export.h"
#include "benchmarks/folder.h"
#include "benchmarks/measure.h"

namespace spikeloom::benchmarks {
namespace {

namespace fs = std::filesystem;
constexpr int kRounds = 15;

/// What some processes took, as the wall clock and their processor time say: only the first suffers from
/// whatever else the machine does.
struct Times {
  std::vector<double> seconds, busy;
};

/// Runs a process whose output goes nowhere. Exits if it fails.
void time_process(std::vector<std::string> words, const fs::path& cache, Times& times) {
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = fork();
  if (child == 0) {
    setenv("XDG_CACHE_HOME", cache.c_str(), 1);
    const int nowhere = open("/dev/null", O_WRONLY);
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  rusage used{};
  wait4(child, &status, 0, &used);
  times.seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  const auto seconds_of = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  times.busy.push_back(seconds_of(used.ru_utime) + seconds_of(used.ru_stime));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "start: %s %s failed\n", words[0].c_str(), words[1].c_str());
    std::exit(1);
  }
}

void show(const char* what, const Times& times) {
  const Spread s = spread(times.seconds), busy = spread(times.busy);
  std::printf("%-34s %6.1f ms (%.1f to %.1f), %.1f ms of processor time (%.1f to %.1f)\n", what,
              s.median * 1e3, s.low * 1e3, s.high * 1e3, busy.median * 1e3, busy.low * 1e3, busy.high * 1e3);
}

void measure(const std::string& command, const fs::path& folder) {
  const Workload workload = w1(false).front();
  export_workload(workload, folder);
  const fs::path own = folder / workload.name, cache = folder / "cache";
  const std::vector<std::string> run = {
      command, "run",   (own / "network.json").string(), "--input", (own / "input.npy").string(), "--steps",
      "1",     "--out", (folder / "out").string()};
  Times nothing, cold, warm;
  for (int round = 0; round < kRounds; ++round) {
    time_process({command, "--version"}, cache, nothing);
    fs::remove_all(cache);
    fs::create_directory(cache);
    time_process(run, cache, cold);
    if (fs::is_empty(cache)) {
      std::fputs("start: nothing was kept; start it in a folder that others cannot write to\n", stderr);
      std::exit(1);
    }
    time_process(run, cache, warm);
  }
  show("a process that does nothing", nothing);
  show("first step, nothing cached", cold);
  show("first step, second start", warm);
}

}  // namespace
}  // namespace spikeloom::benchmarks

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("Usage: start PATH/TO/spikeloom\n", stderr);
    return 2;
  }
  const spikeloom::benchmarks::Folder folder;
  if (folder.path().empty()) {
    std::perror("start");
    return 1;
  }
  spikeloom::benchmarks::measure(std::filesystem::absolute(argv[1]).string(), folder.path());
  return 0;
}
