#include "cli/command.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bit>
#include <chrono>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

namespace spikeloom::cli_test {
namespace {

template <class T>
void append(std::string& bytes, T value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  bytes.append(raw, sizeof value);
}

}  // namespace

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::string npy(const std::string& descr, const std::vector<std::size_t>& shape,
                const std::vector<double>& values) {
  std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (";
  for (const std::size_t extent : shape) header += std::to_string(extent) + ",";
  header += "), }";
  while ((10 + header.size() + 1) % 64 != 0) header += ' ';
  header += '\n';
  std::string bytes = "\x93NUMPY";
  bytes += '\x01';
  bytes += '\0';
  append(bytes, static_cast<std::uint16_t>(header.size()));
  bytes += header;
  for (const double value : values) {
    if (descr == "<f4")
      append(bytes, static_cast<float>(value));
    else if (descr == "<i8")
      append(bytes, static_cast<std::int64_t>(value));
    else
      append(bytes, static_cast<std::uint8_t>(value));
  }
  return bytes;
}

std::vector<float> Array::floats() const {
  const bool is_bytes = header.find("u1") != std::string::npos;
  std::vector<float> values(data.size() / (is_bytes ? 1 : 4));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (is_bytes)
      values[i] = static_cast<float>(static_cast<unsigned char>(data[i]));
    else
      std::memcpy(&values[i], data.data() + 4 * i, 4);
  return values;
}

std::string shipped(const std::string& below_graphs) {
  return SPIKELOOM_SOURCE_DIR "/graphs/" + below_graphs;
}

void Command::SetUp() {
  folder_ = own_.path();
  if (!own_.exists()) {
    std::string form = (std::filesystem::temp_directory_path() / "spikeloom-cli-XXXXXX").string();
    ASSERT_NE(mkdtemp(form.data()), nullptr);
    folder_ = form;
  }
  cache_home_ = path("cache");
}

void Command::TearDown() {
  std::filesystem::remove_all(folder_);
}

void Command::become(const std::vector<std::string>& arguments) const {
  setenv("XDG_CACHE_HOME", cache_home_.c_str(), 1);  // what a user has kept is not touched
  std::vector<char*> words{const_cast<char*>("spikeloom")};
  for (const std::string& argument : arguments) words.push_back(const_cast<char*>(argument.c_str()));
  words.push_back(nullptr);
  execv(command_.c_str(), words.data());
  _exit(127);
}

Outcome Command::run(const std::vector<std::string>& arguments, int interrupt_after_ms) {
  const std::string out = path("stdout.txt"), err = path("stderr.txt");
  const pid_t child = fork();
  if (child == 0) {
    dup2(open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDOUT_FILENO);
    dup2(open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600), STDERR_FILENO);
    if (exists("stdin.bin")) dup2(open(path("stdin.bin").c_str(), O_RDONLY), STDIN_FILENO);
    become(arguments);
  }
  if (interrupt_after_ms > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(interrupt_after_ms));
    kill(child, SIGINT);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), contents(out), contents(err),
          child};
}

Outcome Command::feed(const std::vector<std::string>& arguments, std::string_view input) {
  write("stdin.bin", input);
  Outcome outcome = run(arguments);
  std::filesystem::remove(path("stdin.bin"));
  return outcome;
}

Conversation::Conversation(const std::function<void()>& become) {
  int input[2], output[2];
  if (pipe2(input, O_CLOEXEC) != 0 || pipe2(output, O_CLOEXEC) != 0) return;
  process_ = fork();
  if (process_ == 0) {
    dup2(input[0], STDIN_FILENO);
    dup2(output[1], STDOUT_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    become();
  }
  close(input[0]);
  close(output[1]);
  to_ = input[1];
  from_ = output[0];
}

Conversation::~Conversation() {
  end();
  hang_up();
}

void Conversation::say(std::string_view bytes) {
  ASSERT_EQ(::write(to_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
}

std::string Conversation::hear(std::string_view ending) {
  std::string heard;
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!heard.ends_with(ending) && std::chrono::steady_clock::now() < until) {
    pollfd output{from_, POLLIN, 0};
    if (poll(&output, 1, 100) <= 0) continue;
    char bytes[256];
    const ssize_t got = ::read(from_, bytes, sizeof bytes);
    if (got <= 0) break;
    heard.append(bytes, static_cast<std::size_t>(got));
  }
  return heard;
}

void Conversation::interrupt() {
  kill(process_, SIGINT);
}

void Conversation::hang_up() {
  if (from_ >= 0) close(from_);
  from_ = -1;
}

int Conversation::end() {
  if (to_ >= 0) close(to_);
  to_ = -1;
  if (process_ == 0) return -1;
  int status = 0;
  waitpid(process_, &status, 0);
  process_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

std::string Command::write(const std::string& name, std::string_view bytes) const {
  std::ofstream out(folder_ / name, std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path(name);
}

std::string Command::read(const std::string& name) const {
  return contents(folder_ / name);
}

Array Command::array(const std::string& name) const {
  const std::string bytes = read(name);
  Array array;
  if (bytes.size() < 10) return array;
  std::uint16_t length = 0;
  std::memcpy(&length, bytes.data() + 8, 2);
  array.header = bytes.substr(10, length);
  array.data = bytes.substr(10 + length);
  const auto open = array.header.find('('), close = array.header.find(')');
  std::istringstream extents(array.header.substr(open + 1, close - open - 1));
  for (std::string extent; std::getline(extents, extent, ',');)
    if (extent.find_first_of("0123456789") != std::string::npos) array.shape.push_back(std::stoul(extent));
  return array;
}

std::string Command::small_network() const {
  return write("net.json", R"({ "spikeloom": 1, "name": "small",
  "inputs": { "current": { "shape": [3] } },
  "nodes": { "lif1": { "type": "lif", "from": "current", "beta": 0.5, "threshold": 1.0 } },
  "outputs": { "spikes": "lif1" } })");
}

std::string Command::small_input() const {
  // Membranes: 0.75, 1.125 (spike), ...; neuron 1 spikes in every step, neuron 2 never.
  std::vector<double> values;
  for (int step = 0; step < 10; ++step) values.insert(values.end(), {0.75, 2.0, 0.25});
  return write("x.npy", npy("<f4", {10, 3}, values));
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace spikeloom::cli_test
