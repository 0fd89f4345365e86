// run -: lines or rows in, spikes out, a step at a time.
#include <cstring>

#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

std::string raw(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TEST_F(Command, StreamGivesTheSpikesOfTheSameDataInAFile) {
  const std::string net = small_network();
  const Outcome lines = feed({"run", net, "-"}, "# a comment\n0,1,2\n\n1,0,1.5\n7,2,3\r\n");
  ASSERT_EQ(lines.code, 0) << lines.err;
  EXPECT_EQ(lines.out, "0,1\n1,0\n7,2\n");
  EXPECT_TRUE(has(lines.err, "current: 1 sample, from standard input\n8 steps, 1 sample")) << lines.err;
  const Outcome file =
      run({"run", net, "--input", write("x.csv", "0,1,2\n1,0,1.5\n7,2,3\n"), "--out", path("o.csv")});
  ASSERT_EQ(file.code, 0) << file.err;
  EXPECT_TRUE(has(read("o.csv"), "step,neuron\n" + lines.out)) << read("o.csv");
  EXPECT_EQ(feed({"run", net, "-", "--engine", "reference"}, "0,1,2\n1,0,1.5\n7,2,3\n").out, lines.out);
}

TEST_F(Command, StreamAnswersAStepBeforeTheInputEnds) {
  const std::string net = small_network();
  Conversation talk([&] { become({"run", net, "-"}); });
  talk.say("0,1,2\n1\n");  // a step alone ends those before it
  EXPECT_EQ(talk.hear("\n"), "0,1\n");
  talk.say("4,0,3\n");
  talk.say("5\n");
  EXPECT_EQ(talk.hear("\n"), "4,0\n");
  EXPECT_EQ(talk.end(), 0);
}

TEST_F(Command, StreamEndsOnInterruptWhileItWaits) {
  const std::string net = small_network();
  Conversation talk([&] { become({"run", net, "-", "--out", path("out")}); });
  talk.say("0,1,2\n1\n");
  EXPECT_EQ(talk.hear("\n"), "0,1\n");
  talk.interrupt();
  EXPECT_EQ(talk.hear("?"), "");
  EXPECT_EQ(array("out/spikes.npy").shape, (std::vector<std::size_t>{1, 1, 3}));
  EXPECT_EQ(talk.end(), 130);
}

TEST_F(Command, StreamSaysThatItsReaderIsGone) {
  const std::string net = small_network();
  Conversation talk([&] { become({"run", net, "-"}); });
  talk.hang_up();
  talk.say("0,1,2\n1\n");
  EXPECT_EQ(talk.end(), 6);
}

TEST_F(Command, StreamNamesTheLineThatIsBroken) {
  const std::string net = small_network();
  const auto refused = [&](const std::string& input, const std::string& out, const std::string& words) {
    const Outcome outcome = feed({"run", net, "-"}, input);
    EXPECT_EQ(outcome.code, 3) << input;
    EXPECT_EQ(outcome.out, out) << input;
    EXPECT_TRUE(has(outcome.err, words)) << outcome.err;
  };
  refused(
      "0,1,2\n1,1\n2;1\n", "0,1\n",
      "-:3: error: the line is not a spike\n  expected  step,neuron or step,neuron,value\n  got       2;1\n");
  refused("0,1,2\n3,0\n2,0\n", "0,1\n",
          "-:3: error: the line is late\n  expected  step 3 or a later one\n  got       2\n");
  refused("0,3\n", "", "-:1: error: there is no such neuron\n  expected  0 to 2\n  got       3\n");
  refused("0,1,nan\n", "", "-:1: error: ");
  refused("0,1,3e38\n0,1,3e38\n", "",
          "-:2: error: the values of neuron 1 in this step add up to more than a float32 holds\n");
  refused(std::string(100000, '1'), "", "-:1: error: the line is too long\n");
  refused(std::string("\0\xff,\n", 4), "", "-:1: error: the line is not a spike\n");
}

TEST_F(Command, StreamRunsSilentStepsToTheEndThatIsAsked) {
  const std::string net = small_network();
  const Outcome silent = feed({"run", net, "-", "--steps", "20", "--out", path("out")}, "");
  ASSERT_EQ(silent.code, 0) << silent.err;
  EXPECT_EQ(array("out/spikes.npy").shape, (std::vector<std::size_t>{20, 1, 3}));
  // What is later than the last step is not waited for.
  const Outcome later = feed({"run", net, "-", "--steps", "2"}, "0,1,2\n5,1,2\n6,rubbish\n");
  EXPECT_EQ(later.code, 0) << later.err;
  EXPECT_EQ(later.out, "0,1\n");
  const Outcome nothing = feed({"run", net, "-"}, "");
  EXPECT_EQ(nothing.code, 0) << nothing.err;
  EXPECT_EQ(nothing.out, "");
}

TEST_F(Command, StreamOfRawRows) {
  const std::string net = small_network();
  const Outcome outcome = feed({"run", net, "-", "--raw", "f32"}, raw({0, 2, 0, 1.5f, 0, 0}));
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, raw({0, 1, 0, 1, 0, 0}));
  const Outcome state =
      feed({"run", net, "-", "--raw", "f32", "--stream-output", "lif1.mem[1:3]"}, raw({0, 2, 0.5f}));
  EXPECT_EQ(state.out, raw({2, 0.5f}));
  const Outcome cut = feed({"run", net, "-", "--raw", "f32"}, raw({0, 2, 0, 1.5f}) + "x");
  EXPECT_EQ(cut.code, 3);
  EXPECT_EQ(cut.out, raw({0, 1, 0}));
  EXPECT_TRUE(has(cut.err,
                  "-: error: row 2: the input ends within the row\n  expected  3 numbers of 4 bytes a step\n"
                  "  got       5 bytes\n"))
      << cut.err;
  const Outcome nan = feed({"run", net, "-", "--raw", "f32"}, raw({0, 0.0f / 0.0f, 0}));
  EXPECT_EQ(nan.code, 3);
  EXPECT_TRUE(has(nan.err, "row 1: number 1 is not finite")) << nan.err;
  EXPECT_EQ(feed({"run", net, "-", "--raw", "f32", "--steps", "2"}, raw({0, 2, 0})).code, 3);
  EXPECT_EQ(feed({"run", net, "-", "--raw", "f32", "--steps", "2", "--pad", "hold"}, raw({0, 2, 0})).out,
            raw({0, 1, 0, 0, 1, 0}));
}

TEST_F(Command, StreamGoesOnFromASavedState) {
  if (!kHasCodeGenerator) GTEST_SKIP() << "the reference saves no states";
  const std::string net = small_network();
  ASSERT_EQ(feed({"run", net, "-", "--save-state", path("s")}, "0,1,0.75\n").code, 0);
  const Outcome late = feed({"run", net, "-", "--load-state", path("s")}, "0,1,1\n");
  EXPECT_TRUE(has(late.err, "step 1 or a later one")) << late.err;
  EXPECT_EQ(feed({"run", net, "-", "--load-state", path("s")}, "1,1,0.75\n").out, "1,1\n");
}

TEST_F(Command, StreamRefusesWhatItCannotBeAskedFor) {
  const std::string net = small_network();
  const auto refused = [&](std::vector<std::string> words, const std::string& what) {
    words.insert(words.begin(), "run");
    const Outcome outcome = feed(words, "");
    EXPECT_EQ(outcome.code, 2) << what;
    EXPECT_TRUE(has(outcome.err + outcome.out, what)) << outcome.err;
  };
  refused({net, "-", "--input", small_input()}, "input 'current' comes from standard input");
  refused({net, "x.csv"}, "data is given by --input x.csv; '-' is standard input");
  refused({net, "-", "--plot", path("x.png")}, "a stream has no end");
  refused({net, "-", "--json"}, "would both write to standard output");
  refused({net, "--raw", "f32"}, "--raw and --stream-output are of a stream");
  refused({net, "-", "--stream-output", "lif1.men"}, "did you mean 'lif1.mem'?");
  refused({shipped("digits-lif/network.json"), "-"}, "no input of this network varies with time");
}

}  // namespace
}  // namespace spikeloom::cli_test
