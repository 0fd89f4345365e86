// W7: from the start of a process to the end of its first step, nothing cached and with the cache of the run
// before.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "benchmarks/export.h"
#include "benchmarks/measure.h"

namespace spikeloom::benchmarks {
namespace {

namespace fs = std::filesystem;
constexpr int kRounds = 15;

/// Seconds of a process; its output goes nowhere. Exits if it fails.
double time_process(std::vector<std::string> words, const fs::path& cache) {
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
  waitpid(child, &status, 0);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    std::fprintf(stderr, "start: %s %s failed\n", words[0].c_str(), words[1].c_str());
    std::exit(1);
  }
  return seconds;
}

void show(const char* what, const std::vector<double>& times) {
  const Spread s = spread(times);
  std::printf("%-34s %6.1f ms (%.1f to %.1f)\n", what, s.median * 1e3, s.low * 1e3, s.high * 1e3);
}

void measure(const std::string& command, const fs::path& folder) {
  const Workload workload = w1(false).front();
  export_workload(workload, folder);
  const fs::path own = folder / workload.name, cache = folder / "cache";
  const std::vector<std::string> run = {
      command, "run",   (own / "network.json").string(), "--input", (own / "input.npy").string(), "--steps",
      "1",     "--out", (folder / "out").string()};
  std::vector<double> nothing, cold, warm;
  for (int round = 0; round < kRounds; ++round) {
    nothing.push_back(time_process({command, "--version"}, cache));
    fs::remove_all(cache);
    cold.push_back(time_process(run, cache));
    warm.push_back(time_process(run, cache));
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
  std::string folder = (std::filesystem::temp_directory_path() / "spikeloom-start-XXXXXX").string();
  if (!mkdtemp(folder.data())) {
    std::perror("start");
    return 1;
  }
  spikeloom::benchmarks::measure(argv[1], folder);
  std::filesystem::remove_all(folder);
  return 0;
}
