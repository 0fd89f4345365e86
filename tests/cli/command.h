// Runs the spikeloom command in a folder of its own and keeps what it said.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/cache/own_folder.h"

namespace spikeloom::cli_test {

struct Outcome {
  int code = -1;  // exit code; 128 + signal if it was killed
  std::string out, err;
  int process = 0;
};

/// The bytes of a file; none if it is not there.
std::string contents(const std::filesystem::path& file);

/// The array as .npy bytes; `descr` "<f4", "<i8" or "|u1".
std::string npy(const std::string& descr, const std::vector<std::size_t>& shape,
                const std::vector<double>& values);

struct Array {
  std::string header;
  std::vector<std::size_t> shape;
  std::string data;  // raw bytes
  std::vector<float> floats() const;
};

class Command : public ::testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  /// Waits for the end.
  /// `interrupt_after_ms` > 0: sends SIGINT then.
  Outcome run(const std::vector<std::string>& arguments, int interrupt_after_ms = 0);
  /// The same with these bytes as standard input.
  Outcome feed(const std::vector<std::string>& arguments, std::string_view input);

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  std::string write(const std::string& name, std::string_view bytes) const;
  std::string read(const std::string& name) const;
  Array array(const std::string& name) const;
  bool exists(const std::string& name) const { return std::filesystem::exists(folder_ / name); }

  [[noreturn]] void become(const std::vector<std::string>& arguments) const;

  /// One leaky neuron layer of three under a varying current, and its data of ten steps.
  std::string small_network() const;
  std::string small_input() const;

  spikeloom::testing::OwnFolder own_;  // where a cache may lie, if there is such a place
  std::filesystem::path folder_;
  std::string command_ = SPIKELOOM_COMMAND;
  std::string cache_home_;  // XDG_CACHE_HOME of the command
};

/// A command that is spoken with while it runs.
class Conversation {
 public:
  explicit Conversation(const std::function<void()>& become);
  ~Conversation();
  void say(std::string_view bytes);
  /// What has come so far, once it ends with `ending`; gives up after ten seconds.
  std::string hear(std::string_view ending);
  void interrupt();
  void hang_up();
  /// Closes its input and waits for its end; the exit code.
  int end();

 private:
  int process_ = 0, to_ = -1, from_ = -1;
};

inline constexpr bool kHasCodeGenerator = SPIKELOOM_HAS_CODE_GENERATOR != 0;
/// A network that ships with the sources.
std::string shipped(const std::string& below_graphs);
bool has(const std::string& text, const std::string& part);

}  // namespace spikeloom::cli_test
