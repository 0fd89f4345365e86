// The largest memory of the command, as the kernel counts it.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

namespace spikeloom {
namespace {

constexpr std::size_t kMiB = 1 << 20;
// The allocator and the code generator vary by some pages from run to run.
constexpr std::size_t kVaries = 2 * kMiB;

class Memory : public testing::Test {
 protected:
  void SetUp() override {
    std::string form = (std::filesystem::temp_directory_path() / "spikeloom-memory-XXXXXX").string();
    ASSERT_NE(mkdtemp(form.data()), nullptr);
    folder_ = form;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return path(name);
  }

  /// Spikes of one in twenty inputs.
  std::string write_spikes(const std::string& name, std::size_t steps, std::size_t inputs) const {
    std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (" + std::to_string(steps) +
                         ", " + std::to_string(inputs) + "), }";
    header.resize((header.size() + 10 + 64) / 64 * 64 - 10, ' ');
    header.back() = '\n';
    std::ofstream out(folder_ / name, std::ios::binary);
    out << "\x93NUMPY" << '\1' << '\0' << static_cast<char>(header.size()) << '\0' << header;
    std::vector<char> row(inputs);
    for (std::size_t t = 0; t < steps; ++t) {
      for (std::size_t i = 0; i < inputs; ++i) row[i] = (i * 7 + t) % 20 == 0;
      out.write(row.data(), static_cast<std::streamsize>(inputs));
    }
    return path(name);
  }

  /// Starts the command; what it says goes to log.txt.
  pid_t start(std::vector<std::string> words) const {
    words.insert(words.begin(), SPIKELOOM_COMMAND);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      setenv("XDG_CACHE_HOME", path("cache").c_str(), 1);
      const int log = open(path("log.txt").c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
      dup2(log, STDOUT_FILENO);
      dup2(log, STDERR_FILENO);
      execv(SPIKELOOM_COMMAND, arguments.data());
      _exit(127);
    }
    return child;
  }

  std::string log() const {
    std::ifstream in(folder_ / "log.txt");
    return {std::istreambuf_iterator<char>(in), {}};
  }

  /// Bytes at most in memory at once while the command ran; 0 if it failed.
  std::size_t largest(const std::vector<std::string>& words) const {
    const pid_t child = start(words);
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
      return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
    ADD_FAILURE() << log();
    return 0;
  }

  std::string network(const std::string& input, std::size_t inputs, std::size_t neurons) const {
    return write("net.json", R"({ "spikeloom": 1, "inputs": { "x": )" + input + R"( }, "nodes": {
                   "fc": { "type": "linear", "from": "x", "weight": { "random": "normal", "std": 0.1,
                           "seed": 1, "shape": [)" +
                                 std::to_string(neurons) + ", " + std::to_string(inputs) + R"(] } },
                   "lif": { "type": "lif", "from": "fc", "beta": 0.9 } }, "outputs": { "spikes": "lif" } })");
  }

  std::filesystem::path folder_;
};

TEST_F(Memory, OfAConstantInputDoesNotGrowWithTheSteps) {
  const std::string net = network(R"({ "shape": [200], "time": "constant" })", 200, 100);
  const std::string x = write_spikes("x.npy", 1, 200);  // one sample
  const std::size_t few = largest({"run", net, "--input", x, "--steps", "100"});
  const std::size_t many = largest({"run", net, "--input", x, "--steps", "10000"});
  EXPECT_LT(many, few + kVaries);
}

TEST_F(Memory, OfAnInputFromAFileDoesNotGrowWithTheSteps) {
  const std::string net = network(R"({ "shape": [4000] })", 4000, 100);
  const std::size_t few = largest({"run", net, "--input", write_spikes("few.npy", 100, 4000)});
  const std::size_t many = largest({"run", net, "--input", write_spikes("many.npy", 10000, 4000)});
  EXPECT_LT(many, few + kVaries) << "the file has 38 MiB, 153 as floats";
}

/// Bytes of a process that are in memory now.
std::size_t resident(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/statm");
  std::size_t all = 0, in_memory = 0;
  in >> all >> in_memory;
  return in_memory * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST_F(Memory, HoldsWeightsOnce) {
  constexpr std::size_t kInputs = 4096, kNeurons = 8192, kWeights = kInputs * kNeurons * sizeof(float);
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (8192, 4096), }";
  header.resize(117, ' ');
  write("w.npy", std::string("\x93NUMPY\1\0", 8) + "v" + std::string(1, '\0') + header + "\n");
  std::filesystem::resize_file(folder_ / "w.npy", 128 + kWeights);  // zeros
  const std::string net =
      write("net.json", R"({ "spikeloom": 1, "inputs": { "x": { "shape": [4096] } }, "nodes": {
    "fc": { "type": "linear", "from": "x", "weight": "w.npy" },
    "lif": { "type": "lif", "from": "fc", "beta": 0.9 } }, "outputs": { "spikes": "lif" } })");
  const pid_t child = start({"bench", net, "--steps", "10", "--repeat", "100000"});
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  bool runs = false;
  while (!runs && waitpid(child, nullptr, WNOHANG) == 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    runs = log().find("compiled in") != std::string::npos;
  }
  ASSERT_TRUE(runs) << log();
  const std::size_t bytes = resident(child);
  kill(child, SIGINT);
  waitpid(child, nullptr, 0);
  EXPECT_GT(bytes, kWeights) << log();
  EXPECT_LT(bytes, kWeights + kWeights / 2 + 64 * kMiB) << "a second copy would be another 128 MiB";
}

}  // namespace
}  // namespace spikeloom
