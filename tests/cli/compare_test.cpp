// verify and plot.
#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

TEST_F(Command, VerifyFindsCompiledCodeEqualToTheReference) {
  const Outcome outcome = run({"verify", small_network(), "--input", small_input()});
  if (!kHasCodeGenerator) {
    EXPECT_EQ(outcome.code, 4);
    return;
  }
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(
      has(outcome.err,
          "ok: compiled code and reference give the same bits (2 signals, 10 steps, 1 sample, 60 values)"))
      << outcome.err;
}

TEST_F(Command, VerifyTakesNetworksThatReadASlice) {
  if (!kHasCodeGenerator) GTEST_SKIP() << "needs the code generator";
  const std::string net = write("slice.json", R"({ "spikeloom": 1, "inputs": { "x": { "shape": [3] } },
  "nodes": { "a": { "type": "lif", "from": "x", "beta": 0.5 },
             "b": { "type": "lif", "from": "a[1:3]", "beta": 0.5 } },
  "outputs": { "spikes": "b" } })");
  const Outcome outcome = run({"verify", net, "--input", small_input()});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
}

TEST_F(Command, VerifyAcceptsWhatTheSameNetworkRecorded) {
  const std::string net = small_network(), data = small_input();
  ASSERT_EQ(run({"run", net, "--input", data, "--record", "lif1.mem,lif1", "--out", path("out")}).code, 0);
  for (const char* expected : {"out", "out/lif1.mem.npy", "out/lif1.spk.npy", "out/spikes.npy"}) {
    const Outcome outcome = run({"verify", net, "--input", data, "--expect", path(expected)});
    EXPECT_EQ(outcome.code, 0) << expected << outcome.err;
  }
}

TEST_F(Command, VerifyNamesTheFirstDifferenceWithItsMargin) {
  const std::string net = small_network(), data = small_input();
  // Step 1 of neuron 0 should have fired at mem 1.125; the recording says it did not.
  std::vector<double> spikes;
  for (int step = 0; step < 10; ++step) spikes.insert(spikes.end(), {0, 1, 0});
  const Outcome outcome =
      run({"verify", net, "--input", data, "--expect", write("spikes.npy", npy("|u1", {10, 1, 3}, spikes))});
  EXPECT_EQ(outcome.code, 1) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "mismatch, first difference: step 1, sample 0, lif1[0]")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "input     current[0] = 0.75")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "margin    0.125 of mem to the threshold 1")) << outcome.err;
  const Outcome json = run({"verify", net, "--input", data, "--expect", path("spikes.npy"), "--json"});
  EXPECT_EQ(json.code, 1);
  EXPECT_TRUE(has(json.out, "\"margin\": 0.125")) << json.out;
}

TEST_F(Command, VerifyAllowsValuesATolerance) {
  const std::string net = small_network(), data = small_input();
  ASSERT_EQ(run({"run", net, "--input", data, "--record", "lif1.mem", "--out", path("out")}).code, 0);
  std::vector<double> values;
  for (const float value : array("out/lif1.mem.npy").floats()) values.push_back(value + 1e-4);
  const std::string off = write("lif1.mem.npy", npy("<f4", {10, 1, 3}, values));
  EXPECT_EQ(run({"verify", net, "--input", data, "--expect", off}).code, 1);
  EXPECT_EQ(run({"verify", net, "--input", data, "--expect", off, "--atol", "1e-3"}).code, 0);
}

TEST_F(Command, VerifyRefusesRecordingsThatFitNothing) {
  const std::string net = small_network(), data = small_input();
  const Outcome name = run({"verify", net, "--input", data, "--expect",
                            write("spike.npy", npy("|u1", {10, 3}, std::vector<double>(30)))});
  EXPECT_EQ(name.code, 2);
  EXPECT_TRUE(has(name.err, "did you mean 'spikes'?")) << name.err;
  const Outcome shape = run({"verify", net, "--input", data, "--expect",
                             write("spikes.npy", npy("|u1", {10, 4}, std::vector<double>(40)))});
  EXPECT_EQ(shape.code, 3) << shape.err;
  EXPECT_EQ(run({"verify", net, "--input", data, "--expect", write("x.npz", "PK rubbish")}).code, 3);
}

TEST_F(Command, PlotDrawsARunAndItsFiles) {
  ASSERT_EQ(run({"run", small_network(), "--input", small_input(), "--record", "lif1.mem,lif1", "--out",
                 path("out")})
                .code,
            0);
  const Outcome whole = run({"plot", path("out"), "--output", path("a.svg")});
  EXPECT_EQ(whole.code, 0) << whole.err;
  EXPECT_TRUE(read("a.svg").starts_with("<?xml"));
  EXPECT_EQ(run({"plot", path("out/lif1.mem.npy"), path("out/lif1.spk.npy"), "-o", path("b.png"),
                 "--threshold", "1", "--neurons", "0,2", "--steps", "2:8", "--dt", "0.5"})
                .code,
            0);
  EXPECT_TRUE(read("b.png").starts_with("\x89PNG"));
  EXPECT_EQ(run({"plot", path("out"), "-o", path("c.png"), "--kind", "counts"}).code, 0);
  EXPECT_TRUE(exists("c.png"));
}

TEST_F(Command, PlotDrawsEventsLikeArrays) {
  ASSERT_EQ(run({"run", small_network(), "--input", small_input(), "--record", "lif1", "--events", "--out",
                 path("events")})
                .code,
            0);
  EXPECT_EQ(run({"plot", path("events/lif1.events.npy"), "-o", path("a.png")}).code, 0);
  EXPECT_TRUE(exists("a.png"));
}

TEST_F(Command, PlotDoesNotTrustTheShapeThatRunJsonGivesEvents) {
  ASSERT_EQ(run({"run", small_network(), "--input", small_input(), "--record", "lif1", "--events", "--out",
                 path("events")})
                .code,
            0);
  write(
      "events/run.json",
      R"({ "recordings": [ { "file": "lif1.events.npy", "signal": "a", "kind": "spikes", "shape": [1] } ] })");
  const Outcome outcome = run({"plot", path("events"), "--kind", "counts", "-o", path("a.png")});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
}

TEST_F(Command, PlotKeepsAPictureOfAHundredMillionValuesSmall) {
  // 1000 neurons x 2000 steps, every fifth value a spike: 400 000 spikes become one image.
  std::vector<double> values(2000 * 1000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = i * 2654435761u % 5 == 0;
  const Outcome outcome =
      run({"plot", write("big.spk.npy", npy("|u1", {2000, 1, 1000}, values)), "-o", path("big.svg")});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_LT(read("big.svg").size(), 2000000u);
}

TEST_F(Command, PlotRefusesRubbish) {
  const auto refused = [&](std::vector<std::string> words, int code) {
    words.insert(words.begin(), "plot");
    words.insert(words.end(), {"-o", path("x.png")});
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_TRUE(has(outcome.err, "error: ")) << outcome.err;
    EXPECT_FALSE(exists("x.png"));
  };
  std::filesystem::create_directory(folder_ / "empty");
  refused({path("empty")}, 3);
  refused({path("missing.npy")}, 6);
  refused({write("scalar.npy", npy("<f4", {}, {1}))}, 3);
  refused({write("none.npy", npy("<f4", {4, 0}, {}))}, 3);
  std::filesystem::create_directory(folder_ / "run");
  write("run/run.json",
        R"({ "recordings": [ { "file": "../net.json", "signal": "a", "kind": "spikes" } ] })");
  refused({path("run")}, 3);
  write(
      "run/run.json",
      R"({ "recordings": [ { "file": "a.npy", "signal": "a", "kind": "values", "shape": [9999999999] } ], "dt": 1e999 })");
  refused({path("run")}, 3);
  const std::string good = write("good.npy", npy("<f4", {4, 2}, std::vector<double>(8)));
  refused({good, "--neurons", "7:9"}, 2);
  refused({good, "--steps", "3:1"}, 2);
  refused({good, "--steps", "x"}, 2);
}

}  // namespace
}  // namespace spikeloom::cli_test
