// The cache as a person meets it: a second run is warm, a folder that is open to others is not used.
#include <sys/stat.h>

#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

class CachedCommand : public Command {
 protected:
  void SetUp() override {
    Command::SetUp();
    if (!kHasCodeGenerator) GTEST_SKIP() << "there is no code to keep";
    if (!own_.exists()) GTEST_SKIP() << "neither the build's folder nor the home folder is closed to others";
  }
  std::string cache() const { return path("kept"); }
  /// Runs the small network and returns what it says as JSON.
  std::string run_json(const std::vector<std::string>& more) {
    std::vector<std::string> words = {"run",   small_network(), "--input",  small_input(), "--json",
                                      "--out", path("out"),     "--record", "lif1.mem"};
    words.insert(words.end(), more.begin(), more.end());
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return outcome.out;
  }
};

TEST_F(CachedCommand, ASecondRunTakesItsCodeFromTheCache) {
  EXPECT_TRUE(has(run_json({"--cache", cache()}), "\"code_cached\": false"));
  const std::string spikes = read("out/spikes.npy"), membrane = read("out/lif1.mem.npy");
  EXPECT_TRUE(has(run_json({"--cache", cache()}), "\"code_cached\": true"));
  EXPECT_TRUE(has(run_json({}), "\"code_cached\": false")) << "the default one is another";
  EXPECT_TRUE(has(run_json({}), "\"code_cached\": true"));
  EXPECT_EQ(read("out/spikes.npy"), spikes);
  EXPECT_EQ(read("out/lif1.mem.npy"), membrane);
  EXPECT_TRUE(has(run_json({"--no-cache"}), "\"code_cached\": false"));
  EXPECT_EQ(read("out/lif1.mem.npy"), membrane);
  EXPECT_EQ(run({"run", small_network(), "--no-cache", "--cache", cache()}).code, 2);
}

TEST_F(CachedCommand, ChangingAParameterOrAWidthCompilesNothing) {
  const auto network = [&](const std::string& beta, int width) {
    return write("w.json", R"({ "spikeloom": 1, "inputs": { "x": { "shape": [)" + std::to_string(width) +
                               R"(] } }, "nodes": { "lif1": { "type": "lif", "from": "x", "beta": )" + beta +
                               R"( } }, "outputs": { "spikes": "lif1" } })");
  };
  const auto data = [&](int width) {
    return write("w.npy", npy("<f4", {5, static_cast<std::size_t>(width)},
                              std::vector<double>(static_cast<std::size_t>(5 * width), 0.7)));
  };
  const struct {
    const char* beta;
    int width;
    const char* cached;
  } runs[] = {{"0.5", 3, "false"}, {"0.9", 3, "true"}, {"0.9", 500, "true"}};
  for (const auto& [beta, width, cached] : runs) {
    const std::vector<std::string> words = {"run",   network(beta, width), "--input", data(width), "--json",
                                            "--out", path("out")};
    std::vector<std::string> with = words, without = words;
    with.insert(with.end(), {"--cache", cache()});
    without.push_back("--no-cache");
    const Outcome outcome = run(with);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(has(outcome.out, std::string("\"code_cached\": ") + cached)) << outcome.out;
    const std::string spikes = read("out/spikes.npy");
    EXPECT_EQ(run(without).code, 0);
    EXPECT_EQ(read("out/spikes.npy"), spikes);
  }
}

TEST_F(CachedCommand, AFolderThatIsOpenToOthersIsNotUsedAndNamedOnce) {
  std::filesystem::create_directory(cache());
  ::chmod(cache().c_str(), 0755);
  const Outcome outcome = run({"run", small_network(), "--input", small_input(), "--cache", cache()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const std::string warning = "warning: compiled code is not kept: ";
  const auto at = outcome.err.find(warning);
  ASSERT_NE(at, std::string::npos) << outcome.err;
  EXPECT_FALSE(has(outcome.err.substr(at + warning.size()), warning)) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "chmod 700")) << outcome.err;
  EXPECT_TRUE(std::filesystem::is_empty(cache()));
}

TEST_F(CachedCommand, TheDoctorLooksAtItAndClearsIt) {
  run_json({"--cache", cache()});
  const Outcome full = run({"doctor", "--cache", cache()});
  EXPECT_EQ(full.code, 0) << full.err;
  EXPECT_TRUE(has(full.out, cache() + ": 1 entry, ")) << full.out;
  EXPECT_TRUE(has(run({"doctor", "--json", "--cache", cache()}).out, "\"entries\": 1"));
  const Outcome cleared = run({"doctor", "--clear-cache", "--cache", cache()});
  EXPECT_EQ(cleared.code, 0) << cleared.err;
  EXPECT_TRUE(has(cleared.err, "removed 1 entry")) << cleared.err;
  EXPECT_TRUE(has(run({"doctor", "--cache", cache()}).out, ": 0 entries, "));
  EXPECT_TRUE(has(run({"doctor", "--no-cache"}).out, "off: --no-cache"));
  EXPECT_EQ(run({"doctor", "--clear-cache", "--no-cache"}).code, 2);
}

TEST_F(CachedCommand, AHomeThatCannotHoldOneIsNoNews) {
  cache_home_ = "/dev/null";
  const Outcome outcome = run({"run", small_network(), "--input", small_input()});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_FALSE(has(outcome.err, "not kept")) << outcome.err;
  EXPECT_TRUE(has(run({"doctor"}).out, "off: cannot open the folder '/dev/null")) << run({"doctor"}).out;
}

}  // namespace
}  // namespace spikeloom::cli_test
