// The code generator is a library of its own, which is loaded when code must be generated and not before.
#include <fstream>

#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

class LoadedGenerator : public Command {
 protected:
  void SetUp() override {
    Command::SetUp();
#if defined(SPIKELOOM_SANITIZED)
    GTEST_SKIP() << "with sanitizers it is a part of the command";
#endif
    if (!kHasCodeGenerator) GTEST_SKIP() << "this build has none";
    std::filesystem::create_directories(folder_ / "moved" / "bin");
    command_ = path("moved/bin/spikeloom");
    std::filesystem::copy_file(SPIKELOOM_COMMAND, command_);
  }
  std::vector<std::string> words(const std::vector<std::string>& more) {
    std::vector<std::string> all = {"run", small_network(), "--input", small_input(), "--out", path("out")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
};

TEST_F(LoadedGenerator, IsMissedByNameWhereItIsNot) {
  const Outcome outcome = run(words({"--no-cache"}));
  EXPECT_EQ(outcome.code, 4);
  EXPECT_TRUE(has(outcome.err, "the code generator cannot be loaded: there is no libspikeloom_codegen.so in"))
      << outcome.err;
  EXPECT_TRUE(has(outcome.err, "hint")) << outcome.err;
  EXPECT_EQ(run({"check", small_network()}).code, 0) << "which generates nothing";
  EXPECT_TRUE(has(run({"doctor"}).out, "the code generator cannot be loaded")) << "and this says so";
}

TEST_F(LoadedGenerator, AFileThatIsNoLibraryIsNamed) {
  std::filesystem::create_directories(folder_ / "moved" / "bin" / SPIKELOOM_LIBRARY_FOLDER);
  write(std::string("moved/bin/") + SPIKELOOM_LIBRARY_FOLDER + "/libspikeloom_codegen.so", "no library");
  const Outcome outcome = run(words({"--no-cache"}));
  EXPECT_EQ(outcome.code, 4);
  EXPECT_TRUE(has(outcome.err, "libspikeloom_codegen.so")) << outcome.err;
}

TEST_F(LoadedGenerator, IsNotMissedByAStartThatFindsItsCode) {
  if (!own_.exists()) GTEST_SKIP() << "neither the build's folder nor the home folder is closed to others";
  command_ = SPIKELOOM_COMMAND;
  ASSERT_EQ(run(words({"--cache", path("kept")})).code, 0);
  const std::string spikes = read("out/spikes.npy");
  command_ = path("moved/bin/spikeloom");
  EXPECT_EQ(run(words({"--cache", path("kept")})).code, 0);
  EXPECT_EQ(read("out/spikes.npy"), spikes);
}

}  // namespace
}  // namespace spikeloom::cli_test
