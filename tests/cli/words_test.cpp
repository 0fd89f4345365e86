// What every verb has in common: help, near words, exit codes, streams.
#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

TEST_F(Command, WithoutAVerbShowsHelpAndIsAUsageError) {
  const Outcome outcome = run({});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(has(outcome.out, "check"));
}

TEST_F(Command, HasAnExampleInTheHelpOfEveryVerb) {
  for (const char* verb : {"check", "describe", "run", "verify", "bench", "profile", "plot", "convert",
                           "neurons", "schema", "doctor"}) {
    const Outcome outcome = run({verb, "--help"});
    EXPECT_EQ(outcome.code, 0) << verb;
    EXPECT_TRUE(has(outcome.out, std::string("  spikeloom ") + verb)) << outcome.out;
    EXPECT_EQ(outcome.err, "") << verb;
  }
}

TEST_F(Command, SuggestsTheNearestVerb) {
  const Outcome outcome = run({"chekc", "net.json"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "error: unknown verb 'chekc'\n  hint      did you mean 'check'?\n");
  EXPECT_EQ(outcome.out, "");
}

TEST_F(Command, SuggestsTheNearestOption) {
  const Outcome outcome = run({"run", small_network(), "--stesp", "10"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err, "error: unknown option '--stesp' of run\n  hint      did you mean '--steps'?\n");
}

TEST_F(Command, SuggestsTheNearestNeuron) {
  const Outcome outcome = run({"neurons", "synaptc"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.err,
            "error: no neuron model is called 'synaptc'\n  hint      did you mean 'synaptic'?\n");
}

TEST_F(Command, EscapesWhatItRepeats) {
  const Outcome outcome = run({"\x1b[31mred"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_FALSE(has(outcome.err, "\x1b"));
}

TEST_F(Command, SaysWhichValueOfAnOptionIsWrong) {
  for (const auto& words :
       std::vector<std::vector<std::string>>{{"run", "net.json", "--steps", "many"},
                                             {"run", "net.json", "--lanes", "3"},
                                             {"run", "net.json", "--pad", "wrap"},
                                             {"run", "net.json", "--engine", "gpu"},
                                             {"run", "net.json", "--batch", "0"},
                                             {"run", "net.json", "--steps", "-1"},
                                             {"run"},
                                             {"plot", "a.npy"},
                                             {"describe", "net.json", "--dot", "--mermaid"}}) {
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 2) << words.back() << outcome.err;
    EXPECT_TRUE(has(outcome.err, "error: ")) << outcome.err;
  }
}

TEST_F(Command, ListsNeuronsAndShowsTheirEquations) {
  const Outcome list = run({"neurons"});
  EXPECT_EQ(list.code, 0);
  EXPECT_TRUE(has(list.out, "lapicque"));
  const Outcome lif = run({"neurons", "lif"});
  EXPECT_EQ(lif.code, 0);
  EXPECT_TRUE(has(lif.out, "mem    = beta * mem + input - fired * threshold")) << lif.out;
  const Outcome file = run({"neurons", "lif", "--json"});
  EXPECT_TRUE(has(file.out, "\"parameters\""));
}

TEST_F(Command, ExaminesTheMachine) {
  const Outcome outcome = run({"doctor"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  if (kHasCodeGenerator) {
    EXPECT_TRUE(has(outcome.out, "give the same bits")) << outcome.out;
  }
  const Outcome json = run({"doctor", "--json"});
  EXPECT_EQ(json.code, 0);
  EXPECT_TRUE(has(json.out, "\"limits\""));
}

TEST_F(Command, PrintsTheSchema) {
  const Outcome outcome = run({"schema"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(has(outcome.out, "http://json-schema.org/draft-07/schema#"));
}

}  // namespace
}  // namespace spikeloom::cli_test
