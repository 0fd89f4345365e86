#include "describe/plan.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "describe/columns.h"

namespace spikeloom {
namespace {

PlanShape two_stages() {
  PlanShape plan{"net", 16, 32, 4, 4096, 640, 1024, {}};
  StageShape once;
  once.name = once.kernel = "fc1";
  once.alone = "its input is constant";
  once.neurons = 100;
  once.once = true;
  once.panel = 64;
  once.drives = {{"fc1", "image", true, false, 20, 20, 100, 8960, true, 0.45}};
  StageShape loop;
  loop.name = "lif\x1b";
  loop.kernel = "cell_1";
  loop.neurons = 1000;
  loop.operations = 6;
  loop.steps = 1;
  loop.panel = 64;
  loop.spikes = true;
  loop.drives = {{"fc2", "fc1", false, true, 100, 100, 1000, 409600, true, 0.45},
                 {"rec", "lif", false, true, 1000, 1000, 1000, 4096000, false, 1}};
  loop.state_bytes = 4032;
  plan.stages = {once, loop};
  return plan;
}

TEST(DescribePlan, GivesEveryStageALineAndEveryDriveItsOwn) {
  const std::string text = describe_plan_text(two_stages(), {});
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  ASSERT_GE(lines.size(), 8u) << text;
  EXPECT_EQ(lines[0], "plan: 16 lanes, blocks of 32 steps, groups of 4 samples");
  EXPECT_NE(lines[2].find("once"), std::string::npos) << text;
  EXPECT_NE(lines[3].find("step by step"), std::string::npos) << text;
  EXPECT_NE(lines[3].find("events, dense from 45 %"), std::string::npos) << text;
  EXPECT_NE(lines[4].find("rec of lif"), std::string::npos) << text;
  EXPECT_NE(text.find("not fused: fc1, because its input is constant"), std::string::npos) << text;
  EXPECT_NE(text.find("doctor --calibrate"), std::string::npos) << text;
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  // Columns stand below each other.
  EXPECT_EQ(lines[3].find("events, dense"), lines[1].find("drive")) << text;
  for (const std::string& line : lines) EXPECT_LE(line.size(), 160u) << line;
}

TEST(DescribePlan, SaysWhoseRatesItPredictsWith) {
  PlanView view;
  view.costs.is_measured = true;
  EXPECT_NE(describe_plan_text(two_stages(), view).find("rates of this machine"), std::string::npos);
}

TEST(DescribePlan, SpeaksJson) {
  const auto json = nlohmann::json::parse(describe_plan_json(two_stages(), {}));
  EXPECT_EQ(json["block_steps"], 32);
  ASSERT_EQ(json["stages"].size(), 2u);
  EXPECT_EQ(json["stages"][0]["not_fused_because"], "its input is constant");
  EXPECT_EQ(json["stages"][1]["drives"][1]["layer"], "rec");
  EXPECT_TRUE(json["stages"][1]["drives"][1]["dense_from"].is_null());
  EXPECT_GT(json["stages"][1]["predicted_ns"], 0.0);
}

TEST(DescribePlan, SaysHowManyThreadsAndWhy) {
  PlanShape plan = two_stages();
  const auto stage = [&](const PlanView& view) {
    return nlohmann::json::parse(describe_plan_json(plan, view))["stages"][1];
  };
  const PlanView one_sample{.batch = 1, .threads = 2}, many{.batch = 64, .threads = 2};
  plan.stages[1].shared_ns = 100;
  EXPECT_EQ(stage(one_sample)["threads"], 1);
  EXPECT_EQ(stage(one_sample)["threads_because"],
            "a call may take as little as 100 ns, and a share is worth handing over from 20 us on");
  EXPECT_NE(
      describe_plan_text(plan, one_sample).find("threads: 1 of 2, because a block may take as little as"),
      std::string::npos);
  EXPECT_EQ(stage(many)["threads"], 2);
  EXPECT_NE(describe_plan_text(plan, many).find("threads: 2 of 2, which share the samples"),
            std::string::npos);
  plan.stages[1].shared_ns = 10000;
  plan.stages[1].steps = 32;
  EXPECT_EQ(stage(one_sample)["threads_because"], "each takes some of the neurons");
  plan.stages[1].whole = true;
  EXPECT_EQ(stage(one_sample)["threads_because"], "all neurons are computed in one call");
  EXPECT_EQ(stage({})["threads_because"], "there is one thread");
}

TEST(Columns, StandBelowEachOther) {
  const auto lines = in_columns({{"a", "10", "x"}, {"long", "7", "yes"}, {"b"}}, "lrl");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0], "a     10  x");
  EXPECT_EQ(lines[1], "long   7  yes");
  EXPECT_EQ(lines[2], "b");
}

TEST(Columns, NumbersHaveThreeDigitsAndAUnit) {
  EXPECT_EQ(number_text(123456), "123456");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(10.44e6), "10.4 M");
  EXPECT_EQ(time_text(0.5), "0.5 ns");
  EXPECT_EQ(time_text(999.7), "1 us");
  EXPECT_EQ(time_text(12345), "12.3 us");
  EXPECT_EQ(time_text(4.5e9), "4.5 s");
  EXPECT_EQ(time_text(4.5e13), "45000 s");
  EXPECT_EQ(size_text(0), "-");
  EXPECT_EQ(size_text(640), "640 B");
  EXPECT_EQ(percent_text(0.45), "45 %");
  EXPECT_EQ(percent_text(0.00123), "0.123 %");
}

}  // namespace
}  // namespace spikeloom
