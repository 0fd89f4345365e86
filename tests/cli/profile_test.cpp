// profile, and the plan that describe shows.
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

using Json = nlohmann::json;

TEST_F(Command, DescribeShowsThePlanAsATableAndAsJson) {
  const std::string net = shipped("recurrent") + "/network.json";
  const Outcome text = run({"describe", net, "--plan", "--batch", "4", "--density", "0.25"});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_TRUE(has(text.out, "limited by")) << text.out;
  EXPECT_TRUE(has(text.out, "predicted for 4 samples and 25 % active inputs")) << text.out;
  const Outcome both = run({"describe", net, "--plan", "--json"});
  ASSERT_EQ(both.code, 0) << both.err;
  const Json json = Json::parse(both.out);
  EXPECT_TRUE(json.contains("nodes"));
  ASSERT_FALSE(json["plan"]["stages"].empty());
  EXPECT_EQ(json["plan"]["costs_measured_here"], false);
}

TEST_F(Command, DescribeShowsThatAConstantInputIsMultipliedOnce) {
  const Outcome text = run({"describe", shipped("digits-lif") + "/network.json", "--plan"});
  ASSERT_EQ(text.code, 0) << text.err;
  EXPECT_TRUE(has(text.out, "of image (constant)  constant")) << text.out;
  EXPECT_TRUE(has(text.out, "not fused: fc1, because its input is constant: it is computed once"))
      << text.out;
}

TEST_F(Command, DescribeSaysWhichOptionsDoNotGoTogether) {
  const std::string net = small_network();
  for (const auto& words : std::vector<std::vector<std::string>>{{"--plan", "--dot"},
                                                                 {"--density", "0.5"},
                                                                 {"--batch", "3"},
                                                                 {"--plan", "--density", "-1"},
                                                                 {"--plan", "--batch", "0"}}) {
    std::vector<std::string> all = {"describe", net};
    all.insert(all.end(), words.begin(), words.end());
    EXPECT_EQ(run(all).code, 2) << words.back();
  }
}

TEST_F(Command, ProfileSaysWhereTheTimeGoes) {
  const std::string digits = shipped("digits-lif");
  const Outcome outcome =
      run({"profile", digits + "/network.json", "--input", digits + "/input.npy", "--steps", "25", "--json"});
  if (!kHasCodeGenerator) {
    EXPECT_EQ(outcome.code, 4);
    return;
  }
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(has(outcome.err, " of the time; ")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "doctor --calibrate")) << outcome.err;
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json["batch"], 360);
  double share = 0;
  bool has_spikes = false;
  for (const Json& stage : json["stages"]) {
    EXPECT_GE(stage["calls"], 1) << stage;
    EXPECT_FALSE(stage["why"].get<std::string>().empty()) << stage;
    share += stage["share_of_time"].get<double>();
    for (const Json& density : stage["input_density"]) {
      EXPECT_GE(density, 0.0);
      EXPECT_LE(density, 1.0);
    }
    if (stage["stage"] != "digit") continue;
    has_spikes = true;
    EXPECT_GT(stage["spike_density"], 0.0);
    EXPECT_GT(stage["synaptic_operations"], 0.0);
    // What arrives is what the layer before sent.
    ASSERT_EQ(stage["input_density"].size(), 1u);
  }
  EXPECT_TRUE(has_spikes);
  EXPECT_NEAR(share, 1, 1e-6);
}

TEST_F(Command, ProfileCountsTheSpikesOfItsInput) {
  if (!kHasCodeGenerator) return;
  const std::string net = write("net.json", R"({ "spikeloom": 1, "inputs": { "x": { "shape": [4] } },
    "nodes": { "fc": { "type": "linear", "from": "x", "weight": [[1, 1, 1, 1], [0, 0, 0, 0]] },
               "lif": { "type": "lif", "from": "fc", "beta": 0.5 } }, "outputs": { "spikes": "lif" } })");
  const std::string input = write("x.npy", npy("<f4", {2, 4}, {1, 0, 0, 0, 1, 1, 0, 0}));
  const Outcome outcome = run({"profile", net, "--input", input, "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json stages = Json::parse(outcome.out)["stages"];
  ASSERT_EQ(stages.size(), 1u) << stages;
  EXPECT_EQ(stages[0]["input_density"][0], 3.0 / 8);
  EXPECT_EQ(stages[0]["synaptic_operations"], 3.0 / 8 * 4 * 2);
  EXPECT_EQ(stages[0]["spike_density"], 0.25) << "the first neuron fires in the second step";
}

TEST_F(Command, ProfileCountsWhatConvolutionsAndSynapsesAdd) {
  if (!kHasCodeGenerator) return;
  const std::string net = write("net.json", R"({ "spikeloom": 1, "inputs": { "x": { "shape": [1, 2, 2] } },
    "nodes": { "conv": { "type": "conv2d", "from": "x", "weight": [[[[1]]], [[[1]]], [[[1]]]] },
               "pool": { "type": "max_pool2d", "from": "conv", "kernel": 2 },
               "lif": { "type": "lif", "from": "pool", "beta": 0.5, "threshold": 0.5 },
               "flat": { "type": "flatten", "from": "lif" },
               "out": { "type": "sparse", "from": "flat", "shape": [2, 3], "rows": [0, 1, 1], "cols": [0, 1, 2],
                        "weight": 1 } }, "outputs": { "sums": "out" } })");
  const std::string input = write("x.npy", npy("<f4", {2, 1, 2, 2}, {1, 0, 0, 0, 1, 1, 0, 0}));
  const Outcome outcome = run({"profile", net, "--input", input, "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json report = Json::parse(outcome.out);
  for (const Json& stage : report["stages"]) {
    if (stage["stage"] == "lif") continue;
    const bool is_pool = stage["stage"] == "pool";
    ASSERT_TRUE(is_pool || stage["stage"] == "out") << stage;
    EXPECT_EQ(stage["input_density"][0], is_pool ? 3.0 / 8 : 1.0) << stage;
    EXPECT_EQ(stage["synaptic_operations"], is_pool ? 3.0 / 8 * 12 : 3.0) << stage;
  }
}

TEST_F(Command, ProfileSaysWhatIsImpossible) {
  if (!kHasCodeGenerator) return;
  EXPECT_EQ(run({"profile", small_network(), "--steps", "0"}).code, 2);
  EXPECT_EQ(run({"profile", path("missing.json")}).code, 6);
}

}  // namespace
}  // namespace spikeloom::cli_test
