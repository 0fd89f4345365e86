// bench, and what doctor knows of the machine's speed.
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

using Json = nlohmann::json;

TEST_F(Command, BenchTimesWholeRuns) {
  const Outcome outcome = run({"bench", small_network(), "--steps", "20", "--repeat", "3", "--json"});
  if (!kHasCodeGenerator) {
    EXPECT_EQ(outcome.code, 4);
    return;
  }
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "seeded spike trains of density 0.1")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "steps/s")) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["steps"], 20);
  EXPECT_EQ(json["batch"], 1);
  const Json& throughput = json["throughput"];
  EXPECT_EQ(throughput["repetitions"], 3);
  EXPECT_GT(throughput["step_s"]["low"], 0.0);
  EXPECT_GE(throughput["step_s"]["median"], throughput["step_s"]["low"]);
  EXPECT_GE(throughput["step_s"]["high"], throughput["step_s"]["median"]);
  EXPECT_FALSE(json.contains("latency"));
}

TEST_F(Command, BenchTimesSingleSteps) {
  if (!kHasCodeGenerator) return;
  const Outcome outcome =
      run({"bench", small_network(), "--latency", "--steps", "500", "--repeat", "2", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "p99")) << outcome.err;
  const Json latency = Json::parse(outcome.out)["latency"];
  EXPECT_EQ(latency["steps"], 1000);
  EXPECT_GT(latency["p50_s"], 0.0);
  EXPECT_GE(latency["p99_s"], latency["p50_s"]);
  EXPECT_GE(latency["max_s"], latency["p99_s"]);
}

TEST_F(Command, BenchRunsOnDataAndRepeatsItsSamples) {
  if (!kHasCodeGenerator) return;
  const std::string digits = shipped("digits-lif");
  const Outcome outcome = run({"bench", digits + "/network.json", "--input", digits + "/input.npy", "--steps",
                               "25", "--batch", "400", "--repeat", "1", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "image: 360 samples, constant")) << outcome.err;
  EXPECT_EQ(Json::parse(outcome.out)["batch"], 400);
}

TEST_F(Command, BenchSaysWhatIsImpossible) {
  if (!kHasCodeGenerator) return;
  const std::string net = small_network(), input = small_input();
  for (const auto& words : std::vector<std::vector<std::string>>{
           {"--steps", "0"},
           {"--repeat", "0"},
           {"--batch", "0"},
           {"--density", "1.5"},
           {"--density", "nan"},
           {"--input", "other=" + input},
           {"--input", input, "--density", "0.5"},
       }) {
    std::vector<std::string> all = {"bench", net};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = run(all);
    EXPECT_EQ(outcome.code, 2) << words[0] << " " << words[1] << outcome.err;
    EXPECT_TRUE(has(outcome.err, "error: ")) << outcome.err;
  }
  EXPECT_EQ(run({"bench", net, "--input", input, "--steps", "1000000"}).code, 3);
  EXPECT_EQ(run({"bench", path("missing.json")}).code, 6);
}

TEST_F(Command, BenchEndsAtAnInterrupt) {
  if (!kHasCodeGenerator) return;
  const Outcome outcome = run({"bench", small_network(), "--repeat", "100000"}, 1500);
  EXPECT_EQ(outcome.code, 130) << outcome.err;
}

TEST_F(Command, DoctorMeasuresTheMachineAndKeepsWhatItFound) {
  const Json before = Json::parse(run({"doctor", "--json"}).out);
  EXPECT_EQ(before["costs"]["measured"], false);
  const Outcome measured = run({"doctor", "--calibrate", "--json"});
  ASSERT_EQ(measured.code, 0) << measured.err;
  const Json costs = Json::parse(measured.out)["costs"];
  EXPECT_EQ(costs["measured"], true);
  EXPECT_TRUE(exists("cache/spikeloom/machine.json"));
  EXPECT_EQ(Json::parse(run({"doctor", "--json"}).out)["costs"], costs);
}

TEST_F(Command, DoctorDoesNotTakeAMeasurementThatCannotBe) {
  std::filesystem::create_directories(folder_ / "cache" / "spikeloom");
  write("cache/spikeloom/machine.json", R"({ "spikeloom_machine": 1, "adds_per_ns": -7 })");
  const Outcome outcome = run({"doctor", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(has(outcome.err, "machine.json is not taken: ")) << outcome.err;
  EXPECT_EQ(Json::parse(outcome.out)["costs"]["measured"], false);
}

}  // namespace
}  // namespace spikeloom::cli_test
