// Looking into the compiler: dumps after its stages, their times, perf maps.
#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

TEST_F(Command, DumpsEveryStage) {
  const std::string net = small_network();
  const struct {
    const char *stage, *part;
    bool needs_code_generator;
  } stages[] = {{"graph", "from <- current", false},
                {"model", "mem = beta * mem + input", false},
                {"plan", "lif1", false},
                {"llvm", "define void @spikeloom_0_", true},
                {"asm", "spikeloom_0_", true}};
  const std::vector<std::vector<std::string>> verbs = {
      {"check", net}, {"describe", net}, {"run", net, "--input", small_input(), "--engine", "reference"}};
  for (const auto& [stage, part, needs_code_generator] : stages)
    for (std::vector<std::string> words : verbs) {
      words.push_back(std::string("--dump=") + stage);
      const Outcome outcome = run(words);
      if (needs_code_generator && !kHasCodeGenerator) {
        EXPECT_EQ(outcome.code, 4) << words[0];
        continue;
      }
      EXPECT_EQ(outcome.code, 0) << outcome.err;
      EXPECT_TRUE(has(outcome.out, part)) << words[0] << " " << stage << "\n" << outcome.out;
      EXPECT_FALSE(has(outcome.out, "== ")) << "one text stands alone";
    }
}

TEST_F(Command, DumpsSeveralStagesInTheirOrder) {
  const Outcome outcome = run({"describe", small_network(), "--dump=plan,graph"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  const auto graph = outcome.out.find("== graph\n"), plan = outcome.out.find("== plan\n");
  EXPECT_EQ(graph, 0u);
  ASSERT_NE(plan, std::string::npos);
  EXPECT_EQ(run({"describe", small_network(), "--dump=linker"}).code, 2);
  EXPECT_EQ(run({"check", small_network(), "--dump=plan", "--json"}).code, 2);
}

TEST_F(Command, ABrokenGraphHasNoStagesToShow) {
  const Outcome outcome = run({"check", write("bad.json", "{"), "--dump=graph,model"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.out, "");
}

TEST_F(Command, SaysHowLongEachStageTook) {
  const Outcome check = run({"check", small_network(), "--time-stages"});
  EXPECT_EQ(check.code, 0);
  for (const char* stage : {"  graph ", "  model ", "  all stages "})
    EXPECT_TRUE(has(check.err, stage)) << check.err;
  EXPECT_EQ(check.out, "");
  const Outcome described = run({"describe", small_network(), "--plan", "--time-stages"});
  EXPECT_TRUE(has(described.err, "  plan ")) << described.err;
  if (!kHasCodeGenerator) return;
  const Outcome ran = run({"run", small_network(), "--input", small_input(), "--time-stages"});
  for (const char* stage : {"  graph ", "  model ", "  target ", "  plan ", "  code ", "  all stages "})
    EXPECT_TRUE(has(ran.err, stage)) << ran.err;
}

TEST_F(Command, WritesAPerfMapOnlyWhenAsked) {
  if (!kHasCodeGenerator) GTEST_SKIP() << "there are no kernels";
  const auto map_of = [](const Outcome& outcome) {
    return std::filesystem::path("/tmp/perf-" + std::to_string(outcome.process) + ".map");
  };
  const Outcome without = run({"run", small_network(), "--input", small_input()});
  EXPECT_EQ(without.code, 0) << without.err;
  EXPECT_FALSE(std::filesystem::exists(map_of(without)));
  const Outcome with = run({"run", small_network(), "--input", small_input(), "--perf-map"});
  EXPECT_EQ(with.code, 0) << with.err;
  const std::string text = contents(map_of(with));
  std::filesystem::remove(map_of(with));
  EXPECT_TRUE(has(text, " spikeloom_0_")) << text;
  EXPECT_TRUE(has(text, " lif1\n")) << text;
}

}  // namespace
}  // namespace spikeloom::cli_test
