#include "machine/calibration.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "machine/kernels.h"

namespace spikeloom::machine {
namespace {

class Calibrated : public testing::Test {
 protected:
  void SetUp() override {
    std::string form = (std::filesystem::temp_directory_path() / "spikeloom-machine-XXXXXX").string();
    ASSERT_NE(mkdtemp(form.data()), nullptr);
    folder_ = form;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& text) { std::ofstream(folder_ / "machine.json", std::ios::binary) << text; }

  std::filesystem::path folder_;
};

MachineCosts unusual() {
  MachineCosts costs;
  costs.l2.rows_gbs = 123.5;
  costs.chain_ns = 0.75;
  return costs;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST_F(Calibrated, WhatIsSavedIsLoaded) {
  const auto saved = save(unusual(), folder_ / "below" / "it");
  ASSERT_TRUE(saved.ok()) << saved.error().text();
  const Calibration loaded = load(folder_ / "below" / "it");
  EXPECT_EQ(loaded.problem, "");
  EXPECT_EQ(loaded.file, saved->string());
  EXPECT_TRUE(loaded.costs.is_measured);
  EXPECT_EQ(loaded.costs.l2.rows_gbs, 123.5);
  EXPECT_EQ(loaded.costs.chain_ns, 0.75);
  EXPECT_EQ(loaded.costs.l3.bytes, MachineCosts{}.l3.bytes);
}

TEST_F(Calibrated, NothingThereMeansTheDefaults) {
  const Calibration loaded = load(folder_);
  EXPECT_EQ(loaded.problem, "");
  EXPECT_FALSE(loaded.costs.is_measured);
  EXPECT_FALSE(load({}).costs.is_measured);
}

TEST_F(Calibrated, WhatIsNoMeasurementOfThisCpuIsNotTaken) {
  const std::string good = to_json(unusual(), cpu_name());
  const std::vector<std::string> bad = {
      "",
      "{",
      "[]",
      "null",
      "\xff\xfe",
      std::string(100000, ' ') + good,
      std::string(60000, '['),
      to_json(unusual(), cpu_name() + ", another"),
      replaced(good, "\"spikeloom_machine\": 1", "\"spikeloom_machine\": 2"),
      replaced(good, "\"chain_ns\": 0.75", "\"chain_ns\": 1e300"),
      replaced(good, "\"chain_ns\": 0.75", "\"chain_ns\": -1"),
      replaced(good, "\"chain_ns\": 0.75", "\"chain_ns\": \"0.75\""),
      replaced(good, "\"chain_ns\"", "\"chain\""),
      replaced(good, "\"rows_gbs\": 123.5", "\"rows_gbs\": 0"),
      replaced(good, "\"l1\": {", "\"l1\": 3, \"l0\": {"),
  };
  for (const std::string& text : bad) {
    write(text);
    const Calibration loaded = load(folder_);
    EXPECT_NE(loaded.problem, "") << text.substr(0, 300);
    EXPECT_FALSE(loaded.costs.is_measured);
    EXPECT_EQ(loaded.costs.chain_ns, MachineCosts{}.chain_ns);
  }
  write(good);
  EXPECT_EQ(load(folder_).problem, "");
}

TEST_F(Calibrated, AFolderThatCannotBeIsAnIoError) {
  write("a file");
  const auto saved = save(unusual(), folder_ / "machine.json" / "below");
  ASSERT_FALSE(saved.ok());
  EXPECT_EQ(saved.error().kind(), ErrorKind::io);
  EXPECT_EQ(save(unusual(), {}).error().kind(), ErrorKind::io);
}

TEST(CacheFolder, FollowsTheEnvironmentWhereItIsAbsolute) {
  const char* before = std::getenv("XDG_CACHE_HOME");
  const std::string kept = before ? before : "";
  setenv("XDG_CACHE_HOME", "/somewhere", 1);
  EXPECT_EQ(cache_folder(), "/somewhere/spikeloom");
  setenv("XDG_CACHE_HOME", "relative", 1);
  EXPECT_NE(cache_folder(), "relative/spikeloom");
  if (before)
    setenv("XDG_CACHE_HOME", kept.c_str(), 1);
  else
    unsetenv("XDG_CACHE_HOME");
}

TEST(Kernels, ReadEverythingOnce) {
  const Kernels kernels = kernels_of_this_cpu();
  alignas(64) static float ones[64 * kRow];
  for (float& x : ones) x = 1;
  EXPECT_EQ(kernels.stream(ones, 64 * kRow), 64 * kRow);
  const std::uint32_t order[] = {3, 0, 63, 63, 17, 5};
  EXPECT_EQ(kernels.rows(ones, order, 6), 6 * kRow);
  EXPECT_EQ(kernels.dense(ones, ones, 20), 20.0f * kDenseInputs * 2 * static_cast<float>(kernels.lanes));
  EXPECT_EQ(kernels.chain(1, 41), 42.0f * static_cast<float>(kernels.lanes));
}

}  // namespace
}  // namespace spikeloom::machine
