// run: data, files, picture, score.
#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

TEST_F(Command, RunWritesOutputsRecordingsAndRunJson) {
  const Outcome outcome = run({"run", small_network(), "--input", small_input(), "--record",
                               "lif1.mem,lif1[0:2]", "--out", path("out")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.out, "");
  EXPECT_TRUE(has(outcome.err, "current: 1 sample, 10 steps, float32\n")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "3 neurons")) << outcome.err;
  const Array spikes = array("out/spikes.npy"), mem = array("out/lif1.mem.npy"),
              part = array("out/lif1.spk.npy");
  EXPECT_EQ(spikes.shape, (std::vector<std::size_t>{10, 1, 3}));
  EXPECT_TRUE(has(spikes.header, "|u1")) << spikes.header;
  EXPECT_EQ(part.shape, (std::vector<std::size_t>{10, 1, 2}));
  EXPECT_EQ(mem.shape, (std::vector<std::size_t>{10, 1, 3}));
  const std::vector<float> values = mem.floats(), fired = spikes.floats();
  EXPECT_EQ(values[0], 0.75f);
  EXPECT_EQ(values[3], 1.125f);
  EXPECT_EQ(values[6], 0.3125f);  // 0.5625 + 0.75 - 1
  EXPECT_EQ(fired[0], 0.0f);
  EXPECT_EQ(fired[3], 1.0f);
  EXPECT_EQ(fired[1], 1.0f);
  const std::string json = read("out/run.json");
  EXPECT_TRUE(has(json, "\"steps\": 10")) << json;
  EXPECT_TRUE(has(json, "\"file\": \"lif1.mem.npy\"")) << json;
}

TEST_F(Command, RunGivesTheSameFilesForEveryEngineAndBatch) {
  const std::string net = small_network();
  std::vector<double> values;
  for (int i = 0; i < 10 * 5 * 3; ++i) values.push_back((i * 37 % 101) / 60.0);
  const std::string data = write("many.npy", npy("<f4", {10, 5, 3}, values));
  const std::vector<std::string> common = {
      "run", net, "--input", "current=" + data, "--record", "lif1.mem,lif1", "--events", "--out"};
  std::vector<std::vector<std::string>> variants = {{path("whole")},
                                                    {path("split"), "--batch", "2"},
                                                    {path("single"), "--batch", "1"},
                                                    {path("reference"), "--engine", "reference"}};
  if (kHasCodeGenerator) variants.push_back({path("scalar"), "--lanes", "1", "--threads", "2"});
  for (const auto& variant : variants) {
    std::vector<std::string> words = common;
    words.insert(words.end(), variant.begin(), variant.end());
    const Outcome outcome = run(words);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
  for (const char* folder : {"split", "single", "reference", "scalar"})
    for (const char* file : {"spikes.npy", "lif1.mem.npy", "lif1.events.npy"}) {
      if (!exists(folder)) continue;
      EXPECT_EQ(read(std::string(folder) + "/" + file), read(std::string("whole/") + file))
          << folder << "/" << file;
    }
  EXPECT_EQ(array("whole/spikes.npy").shape, (std::vector<std::size_t>{10, 5, 3}));
}

TEST_F(Command, RunSaysThatEventsAreOfRecordedSpikes) {
  const std::vector<std::string> words = {"run",      small_network(), "--input",  small_input(),
                                          "--events", "--out",         path("out")};
  const std::string warning =
      "warning: --events is of spikes that --record names, and it names none; outputs are written as "
      "arrays\n";
  const Outcome outcome = run(words);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.err.find(warning), std::string::npos) << outcome.err;
  std::vector<std::string> with_spikes = words;
  with_spikes.insert(with_spikes.end(), {"--record", "lif1"});
  EXPECT_EQ(run(with_spikes).err.find(warning), std::string::npos);
  EXPECT_TRUE(exists("out/lif1.events.npy"));
}

TEST_F(Command, RunScoresTheDigits) {
  const Outcome outcome =
      run({"run", shipped("digits-lif/network.json"), "--input", shipped("digits-lif/input.npy"), "--steps",
           "25", "--labels", shipped("digits-lif/labels.npy"), "--plot", path("raster.png")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "image: 360 samples, constant, float32\n")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "accuracy 0.981")) << outcome.err;
  EXPECT_TRUE(read("raster.png").starts_with("\x89PNG"));
}

TEST_F(Command, RunSaysWhatIsWrongWithTheData) {
  const std::string net = small_network();
  const auto refused = [&](const std::string& file, const std::string& words, int code,
                           std::vector<std::string> more = {}) {
    std::vector<std::string> all = {"run", net, "--input", file};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = run(all);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_TRUE(has(outcome.err, words)) << outcome.err;
  };
  refused(write("shape.npy", npy("<f4", {10, 4}, std::vector<double>(40))),
          "expected  [steps, samples, 3] or [steps, 3]", 3);
  refused(write("flat.npy", npy("<f4", {3}, {1, 2, 3})), "\"time\": \"constant\"", 3);
  refused(write("nan.npy", npy("<f4", {1, 3}, {1, 0.0 / 0.0, 3})), "is not finite at [0, 1]", 3);
  refused(write("rubbish.npy", "\x93NUMPY nonsense"), "error: ", 3);
  refused(write("empty.npy", ""), "error: ", 3);
  refused(path("missing.npy"), "error: ", 6);
  refused(write("x.txt", "1 2 3"), "this kind of file is not read", 3);
  refused("curent=" + small_input(), "did you mean 'current'?", 2);
  refused(small_input(), "too few steps", 3, {"--steps", "11"});
  refused(small_input(), "did you mean 'lif1.mem'?", 2, {"--record", "lif1.men", "--out", path("out")});
  refused(small_input(), "3 neurons: 0 to 2", 2, {"--record", "lif1[0:4]", "--out", path("out")});
  refused(small_input(), "must end in .svg or .png", 2, {"--plot", path("x.jpg")});
  refused(small_input(), "there is no folder", 6, {"--plot", path("missing/x.png")});
  refused(small_input(), "--record needs a place", 2, {"--record", "lif1.mem"});
  refused(small_input(), "given twice", 2, {"--input", small_input()});
  refused(small_input(), "record each signal once", 2, {"--record", "lif1,lif1[0:1]", "--out", path("out")});
  EXPECT_FALSE(exists("out"));
}

TEST_F(Command, RunNeedsDataForEveryInput) {
  const Outcome outcome = run({"run", small_network(), "--steps", "5"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_TRUE(has(outcome.err, "input 'current' has no data")) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "--input current=FILE.npy, an array [steps, samples, 3]")) << outcome.err;
}

TEST_F(Command, RunPadsWithZerosOrTheLastStep) {
  const std::string net = small_network(), data = small_input();
  ASSERT_EQ(run({"run", net, "--input", data, "--steps", "12", "--pad", "zero", "--record", "lif1.mem",
                 "--out", path("zero")})
                .code,
            0);
  ASSERT_EQ(run({"run", net, "--input", data, "--steps", "12", "--pad", "hold", "--record", "lif1.mem",
                 "--out", path("hold")})
                .code,
            0);
  const std::vector<float> zero = array("zero/lif1.mem.npy").floats(),
                           hold = array("hold/lif1.mem.npy").floats();
  ASSERT_EQ(zero.size(), 36u);
  // Neuron 2 never fires: mem = 0.5 mem + input.
  EXPECT_EQ(zero[10 * 3 + 2], 0.5f * zero[9 * 3 + 2]);
  EXPECT_EQ(hold[10 * 3 + 2], 0.5f * hold[9 * 3 + 2] + 0.25f);
}

TEST_F(Command, RunTakesInitialStates) {
  const std::string initial = write("m.npy", npy("<f4", {3}, {0.5, 0.25, 0.125}));
  ASSERT_EQ(run({"run", small_network(), "--input", small_input(), "--initial", "lif1.mem=" + initial,
                 "--record", "lif1.mem", "--out", path("out")})
                .code,
            0);
  EXPECT_EQ(array("out/lif1.mem.npy").floats()[2], 0.5f * 0.125f + 0.25f);
  const Outcome wrong =
      run({"run", small_network(), "--input", small_input(), "--initial", "lif1.syn=" + initial});
  EXPECT_EQ(wrong.code, 2);
}

TEST_F(Command, RunTakesSpikesFromBeforeTheStart) {
  const std::string net = write("loop.json", R"({ "spikeloom": 1, "inputs": { "x": { "shape": [2] } },
    "nodes": { "lif": { "type": "lif", "from": ["x", { "node": "lif", "delay": 2 }], "beta": 0, "threshold": 0.5, "reset": "none" } },
    "outputs": { "spikes": "lif" } })");
  const std::string data = write("x.npy", npy("<f4", {3, 2, 2}, std::vector<double>(12, 0)));
  const auto spikes = [&](const std::string& initial, const char* engine) {
    const Outcome outcome =
        run({"run", net, "--input", data, "--initial", initial, "--engine", engine, "--out", path("o.csv")});
    if (outcome.code != 0) return std::to_string(outcome.code) + ": " + outcome.err;
    const std::string text = read("o.csv");
    return text.substr(text.find('\n') + 1);
  };
  const std::string shared = "lif.spk=" + write("s.npy", npy("|u1", {2}, {0, 1}));
  const std::string each = "lif.spk=" + write("e.npy", npy("|u1", {2, 2}, {1, 0, 0, 0}));
  std::vector<const char*> engines = {"reference"};
  if (kHasCodeGenerator) engines.push_back("jit");
  for (const char* engine : engines) {
    // Steps -2 and -1 arrive in steps 0 and 1, and what they caused in steps 2 and 3.
    EXPECT_EQ(spikes(shared, engine), "sample,step,neuron\n0,0,1\n0,1,1\n0,2,1\n1,0,1\n1,1,1\n1,2,1\n");
    EXPECT_EQ(spikes(each, engine), "sample,step,neuron\n0,0,0\n0,1,0\n0,2,0\n");
  }
  if (kHasCodeGenerator) {
    EXPECT_EQ(run({"verify", net, "--input", data, "--initial", each}).code, 0);
  }
  EXPECT_TRUE(has(spikes("lif.spk=" + write("b.npy", npy("|u1", {2}, {2, 0})), "reference"),
                  "a spike before the start is 0 or 1"));
  EXPECT_TRUE(has(spikes("lfi.spk=" + path("s.npy"), "reference"), "did you mean 'lif.spk'?"));
}

TEST_F(Command, RunGoesOnFromASavedState) {
  if (!kHasCodeGenerator) GTEST_SKIP() << "the reference saves no states";
  const std::string net = small_network();
  std::vector<double> values;
  for (int i = 0; i < 60; ++i) values.push_back((i * 29 % 53) / 30.0);
  const std::string whole = write("whole.npy", npy("<f4", {20, 3}, values));
  const std::string head = write("head.npy", npy("<f4", {8, 3}, {values.begin(), values.begin() + 24}));
  const std::string tail = write("tail.npy", npy("<f4", {12, 3}, {values.begin() + 24, values.end()}));
  const auto ran = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"run", net, "--record", "lif1.mem"});
    const Outcome outcome = run(words);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
  };
  ran({"--input", whole, "--out", path("whole")});
  ran({"--input", head, "--out", path("head"), "--save-state", path("state")});
  ran({"--input", tail, "--out", path("tail"), "--load-state", path("state")});
  EXPECT_EQ(array("head/lif1.mem.npy").data + array("tail/lif1.mem.npy").data,
            array("whole/lif1.mem.npy").data);
  const Outcome rubbish = run({"run", net, "--input", tail, "--load-state", write("rubbish", "not a state")});
  EXPECT_NE(rubbish.code, 0);
  EXPECT_NE(rubbish.code, 70);
}

TEST_F(Command, RunStopsCleanlyOnInterrupt) {
  // Long enough that it cannot end by itself within the test's patience.
  const std::string net = write("big.json", R"({ "spikeloom": 1,
    "inputs": { "x": { "shape": [64], "time": "constant" } },
    "nodes": { "fc": { "type": "linear", "from": { "node": "lif", "delay": 1 }, "weight": { "random": "normal", "std": 0.1, "seed": 1, "shape": [64, 64] } },
               "lif": { "type": "lif", "from": ["x", "fc"], "beta": 0.9 } },
    "outputs": { "spikes": "lif" } })");
  const std::string data = write("x.npy", npy("<f4", {64}, std::vector<double>(64, 0.2)));
  const Outcome outcome =
      run({"run", net, "--input", data, "--steps", "2000000000", "--out", path("out")}, 2500);
  EXPECT_EQ(outcome.code, 130) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "interrupted after ")) << outcome.err;
  const Array spikes = array("out/spikes.npy");
  ASSERT_EQ(spikes.shape.size(), 3u);
  EXPECT_GT(spikes.shape[0], 0u);
  EXPECT_GE(spikes.data.size(), spikes.shape[0] * 64);
  EXPECT_TRUE(has(read("out/run.json"), "\"interrupted\": true"));
}

TEST_F(Command, RunPrintsItsReportForPrograms) {
  const Outcome outcome = run({"run", small_network(), "--input", small_input(), "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_TRUE(outcome.out.starts_with("{")) << outcome.out;
  const Outcome wrong = run({"run", path("missing.json"), "--json"});
  EXPECT_EQ(wrong.code, 6);
  EXPECT_TRUE(has(wrong.out, "\"ok\": false")) << wrong.out;
}

}  // namespace
}  // namespace spikeloom::cli_test
