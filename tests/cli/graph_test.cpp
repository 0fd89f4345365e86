// check and describe.
#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

TEST_F(Command, CheckAcceptsEveryShippedNetwork) {
  for (const char* name :
       {"lif", "lapicque", "synaptic", "alpha", "own-neuron", "recurrent", "tutorial5", "tutorial6",
        "digits-lif", "digits-synaptic", "digits-alpha", "digits-conv", "cuba", "residual", "lstm"}) {
    const Outcome outcome = run({"check", shipped(name) + "/network.json"});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(has(outcome.err, ": ok, ")) << outcome.err;
  }
}

TEST_F(Command, CheckReportsEveryProblemWithItsPlace) {
  const std::string file = write("bad.json",
                                 "{ \"spikeloom\": 1,\n  \"inputs\": { \"x\": { \"shape\": [3] } },\n"
                                 "  \"nodes\": {\n    \"a\": { \"type\": \"liff\", \"from\": \"x\" },\n"
                                 "    \"b\": { \"type\": \"lif\", \"from\": \"y\", \"beta\": 0.9 } } }\n");
  const Outcome outcome = run({"check", file});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(has(outcome.err, "bad.json:4:20: /nodes/a/type: error: ")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "bad.json:5:")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "2 errors")) << outcome.err;
}

TEST_F(Command, CheckSpeaksJsonToPrograms) {
  const std::string file = write("bad.json", R"({ "spikeloom": 1, "nodes": { "a": { "type": "nope" } } })");
  const Outcome outcome = run({"check", file, "--json"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_EQ(outcome.err, "");
  EXPECT_TRUE(has(outcome.out, "\"ok\": false")) << outcome.out;
  EXPECT_TRUE(has(outcome.out, "\"pointer\": \"/nodes/a/type\"")) << outcome.out;
  const Outcome good = run({"check", small_network(), "--json"});
  EXPECT_EQ(good.code, 0);
  EXPECT_EQ(good.out, "{\n  \"ok\": true,\n  \"diagnostics\": []\n}\n");
}

TEST_F(Command, CheckTurnsRubbishIntoMessages) {
  const std::vector<std::string> rubbish = {
      "",
      "{",
      "\xff\xfe\x01",
      "[]",
      "null",
      "{\"spikeloom\": 2}",
      std::string(5000, '['),
      "{\"a\":\"\x1b[2J\"}",
      std::string("{\"spikeloom\": 1, \"nodes\": {\"\\u001b[31m\": 3}}")};
  for (const std::string& text : rubbish) {
    const Outcome outcome = run({"check", write("rubbish.json", text)});
    EXPECT_TRUE(outcome.code == 3 || outcome.code == 5) << outcome.code << outcome.err;
    EXPECT_TRUE(has(outcome.err, "error: ")) << outcome.err;
    EXPECT_FALSE(has(outcome.err, "\x1b")) << outcome.err;
  }
}

TEST_F(Command, CheckSaysWhatTheOperatingSystemRefused) {
  EXPECT_EQ(run({"check", path("missing.json")}).code, 6);
  const Outcome folder = run({"check", path(".")});
  EXPECT_NE(folder.code, 0);
  EXPECT_NE(folder.code, 70);
}

TEST_F(Command, DescribeShowsEquationsAndDrawings) {
  const std::string net = small_network();
  const Outcome text = run({"describe", net});
  EXPECT_EQ(text.code, 0) << text.err;
  EXPECT_TRUE(has(text.out, "lif1")) << text.out;
  EXPECT_TRUE(has(text.out, "beta * mem + input")) << text.out;
  EXPECT_TRUE(run({"describe", net, "--dot"}).out.starts_with("digraph"));
  EXPECT_TRUE(has(run({"describe", net, "--mermaid"}).out, "flowchart"));
  EXPECT_TRUE(run({"describe", net, "--json"}).out.starts_with("{"));
  const Outcome plan = run({"describe", net, "--plan"});
  EXPECT_EQ(plan.code, 0) << plan.err;
  EXPECT_GT(plan.out.size(), text.out.size());
}

TEST_F(Command, DescribeDumpsCodeForAnyLanes) {
  const std::string net = small_network();
  const Outcome llvm = run({"describe", net, "--dump=llvm", "--lanes", "4", "--cpu", "x86-64-v2"});
  if (!kHasCodeGenerator) {
    EXPECT_EQ(llvm.code, 4);
    return;
  }
  EXPECT_EQ(llvm.code, 0) << llvm.err;
  EXPECT_TRUE(has(llvm.out, "<4 x float>")) << llvm.out;
  const Outcome assembly = run({"describe", net, "--dump=asm"});
  EXPECT_EQ(assembly.code, 0);
  EXPECT_FALSE(assembly.out.empty());
}

}  // namespace
}  // namespace spikeloom::cli_test
