// The files that data comes in: every format is the same input to a network.
#include "cli/command.h"
#include "unit/data/samples.h"

namespace spikeloom::cli_test {
namespace {

using data::samples::Pixel;

/// Neurons that repeat what they are given, so that what was read is what is written.
std::string repeater(const Command&, const std::string& shape, const std::string& dt) {
  return R"({ "spikeloom": 1, "name": "repeater", "dt": )" + dt + R"(,
  "inputs": { "x": { "shape": )" +
         shape + R"( } },
  "nodes": { "lif": { "type": "lif", "from": "x", "beta": 0, "threshold": 0.5, "reset": "none" } },
  "outputs": { "spikes": "lif" } })";
}

class Data : public Command {
 protected:
  /// "step:neuron" of what a network of one millisecond a step was given, sample by sample.
  std::string seen(const std::string& shape, const std::vector<std::string>& words,
                   const std::string& dt = "1") {
    const std::string net = write("repeat.json", repeater(*this, shape, dt));
    std::vector<std::string> all = {"run", net, "--out", path("seen.csv")};
    all.insert(all.end(), words.begin(), words.end());
    const Outcome outcome = run(all);
    said_ = outcome.err;
    if (outcome.code != 0) return std::to_string(outcome.code) + ": " + outcome.err;
    const std::string text = read("seen.csv");
    return text.substr(text.find('\n') + 1);
  }
  std::string said_;
};

TEST_F(Data, EveryFormatOfACameraGivesTheSameSteps) {
  const std::vector<Pixel> pixels = {
      {1, 0, false, 10}, {2, 1, true, 999}, {1, 0, true, 1000}, {1, 0, true, 1001}};
  // Channels OFF and ON of 4x3 pixels: neuron = channel * 12 + y * 4 + x.
  const std::string same = "step,neuron\n0,1\n0,18\n1,13\n";
  EXPECT_EQ(
      seen("[2, 3, 4]", {"--input", write("a.dat", data::samples::dat(data::samples::kDatHeader, pixels))}),
      same);
  EXPECT_TRUE(has(said_, "x: 1 sample, 2 steps, Prophesee")) << said_;
  EXPECT_EQ(seen("[2, 3, 4]", {"--input", write("a.bin", data::samples::nmnist(pixels)), "--sensor", "4x3"}),
            same);
  EXPECT_TRUE(has(said_, "x: 1 sample, 2 steps, N-MNIST events in steps of 1 ms\n")) << said_;
  EXPECT_EQ(seen("[24]", {"--input", write("a.bin", data::samples::nmnist(pixels)), "--sensor", "4x3"}),
            same);
  EXPECT_EQ(seen("[3, 4]", {"--input", path("a.bin"), "--sensor", "4x3", "--polarity", "on"}),
            "step,neuron\n0,6\n1,1\n");
  EXPECT_EQ(seen("[2, 3, 4]", {"--input", path("a.bin"), "--sensor", "4x3", "--bin", "0.1"}),
            "step,neuron\n0,1\n9,18\n10,13\n");
  const std::string records = data::samples::records(
      "[('x', '<u2'), ('y', '<u2'), ('p', '|u1'), ('t', '<u4')]", 2,
      data::samples::little16(1) + data::samples::little16(0) + std::string(1, '\0') +
          data::samples::little32(10) + data::samples::little16(2) + data::samples::little16(1) +
          std::string(1, '\1') + data::samples::little32(999));
  EXPECT_EQ(seen("[2, 3, 4]", {"--input", write("r.npy", records), "--sensor", "4x3"}),
            "step,neuron\n0,1\n0,18\n");
  const std::string dvs =
      seen("[2, 128, 128]", {"--input", write("a.aedat", data::samples::aedat2_dvs128(pixels))});
  EXPECT_TRUE(dvs.starts_with("step,neuron\n")) << dvs;
  data::samples::Aedat4 dv{.is_packed = true};
  dv.packet(0, "EVTS",
            data::samples::aedat4_events(1663249605734020, {{1, 0, false, 0}, {2, 1, true, 1989}}));
  write("dv.aedat4", dv.bytes());
  for (const char* name : {"dv.aedat4", "dv.aedat4:0"})
    EXPECT_EQ(seen("[2, 3, 4]", {"--input", path(name)}), "step,neuron\n0,1\n1,18\n") << said_;
  EXPECT_TRUE(has(seen("[2, 3, 4]", {"--input", path("dv.aedat4:1")}), "3: ")) << said_;
  EXPECT_TRUE(has(seen("[2, 3, 4]", {"--input", write("v4.aedat", "#!AER-DAT4.0\r\nrubbish")}), "3: "))
      << said_;
  dv.compression = 3;
  dv.is_packed = false;
  EXPECT_TRUE(has(seen("[2, 3, 4]", {"--input", write("zstd.aedat4", dv.bytes())}), "4: ")) << said_;
}

TEST_F(Data, EventsOfAnotherShapeAreRefusedWithBoth) {
  write("a.bin", data::samples::nmnist({{1, 0, false, 10}}));
  EXPECT_EQ(seen("[2, 34, 35]", {"--input", "x=" + path("a.bin")}),
            "3: error: '" + path("a.bin") +
                "': these events do not fit input 'x'\n  expected  [2, 34, 35]\n  got       [2, 34, 34]\n"
                "  hint      channels are OFF and ON; --polarity merge, on or off gives a single one\n");
  EXPECT_TRUE(has(seen("[2]", {"--input", write("x.csv", "0,1\n3,2\n")}),
                  "event 1 is of a neuron that is not there\n  expected  neurons 0 to 1\n  got       2\n"));
}

TEST_F(Data, ValuesOfACsvAddUpOrCountOnce) {
  write("x.csv", "step,neuron,value\n0,0,0.25\n0,0,0.25\n1,1,0.25\n1,1,0.3\n");
  EXPECT_EQ(seen("[2]", {"--input", path("x.csv")}), "step,neuron\n1,1\n");
  EXPECT_EQ(seen("[2]", {"--input", path("x.csv"), "--several", "one"}), "step,neuron\n0,0\n1,1\n");
  write("t.csv", "0.7,0\n1.9999,1\n");
  EXPECT_EQ(seen("[2]", {"--input", path("t.csv"), "--time-unit", "ms"}), "step,neuron\n0,0\n1,1\n");
  EXPECT_EQ(seen("[2]", {"--input", path("t.csv"), "--time-unit", "ms", "--edge", "nearest"}),
            "step,neuron\n1,0\n2,1\n");
  EXPECT_TRUE(has(seen("[2]", {"--input", path("t.csv")}), "the time is not a whole step")) << said_;
}

TEST_F(Data, AListOfEventsIsFollowedBySilence) {
  write("x.csv", "0,0\n3,1\n");
  EXPECT_EQ(seen("[2]", {"--input", path("x.csv"), "--steps", "9"}), "step,neuron\n0,0\n3,1\n");
  EXPECT_TRUE(has(said_, "x: 1 sample, 4 steps, CSV events, then silence\n9 steps")) << said_;
  EXPECT_EQ(seen("[2]", {"--input", path("x.csv"), "--steps", "2"}), "step,neuron\n0,0\n");
  EXPECT_TRUE(has(seen("[2]", {"--input", write("none.csv", "")}), "give --steps")) << said_;
}

TEST_F(Data, AFolderOfFoldersIsSamplesWithLabels) {
  for (const char* name : {"0", "1", "1/deep"})
    std::filesystem::create_directories(path(std::string("set/") + name));
  write("set/1/b.bin", data::samples::nmnist({{1, 0, false, 10}}));
  write("set/1/a.bin", data::samples::nmnist({{3, 0, false, 10}}));
  write("set/0/c.bin", data::samples::nmnist({{0, 0, false, 10}, {0, 0, false, 2000}}));
  write("set/0/notes.txt", "not a sample");
  EXPECT_EQ(seen("[2, 1, 4]", {"--input", path("set"), "--sensor", "4x1"}),
            "sample,step,neuron\n0,0,0\n0,2,0\n1,0,3\n2,0,1\n");
  EXPECT_TRUE(has(said_, "x: 3 samples, 3 steps, N-MNIST events")) << said_;
  EXPECT_EQ(seen("[2, 1, 4]", {"--input", path("set"), "--sensor", "4x1", "--samples", "1:3", "--batch", "1",
                               "--labels", "input"}),
            "sample,step,neuron\n0,0,3\n1,0,1\n");
  EXPECT_TRUE(has(said_, "accuracy 0.500  (1 of 2 samples")) << said_;
  // Several files are samples in the order in which they are named.
  EXPECT_EQ(
      seen("[2, 1, 4]", {"--input", path("set/1/b.bin"), "--input", path("set/0/c.bin"), "--sensor", "4x1"}),
      "sample,step,neuron\n0,0,1\n1,0,0\n1,2,0\n");
  EXPECT_TRUE(has(seen("[2, 1, 4]", {"--input", path("set"), "--sensor", "4x1", "--samples", "3"}),
                  "there are no such samples\n  expected  a part of 0:3"));
  std::filesystem::create_directories(path("empty"));
  EXPECT_TRUE(has(seen("[2, 1, 4]", {"--input", path("empty")}), "holds no events")) << said_;
  write("set/1/b.csv", "0,0\n");
  EXPECT_TRUE(has(seen("[2, 1, 4]", {"--input", path("set"), "--sensor", "4x1"}), "two formats")) << said_;
}

TEST_F(Data, ABrokenSampleOfAFolderIsNamedBeforeAnythingRuns) {
  std::filesystem::create_directories(path("set"));
  write("set/a.bin", data::samples::nmnist({{1, 0, false, 10}}));
  write("set/b.bin", "four");
  EXPECT_EQ(
      seen("[2, 34, 34]", {"--input", path("set")}),
      "3: error: '" + path("set/b.bin") +
          "': this is not an N-MNIST file\n  expected  whole records of 5 bytes\n  got       4 bytes\n");
  EXPECT_FALSE(exists("seen.csv"));
}

TEST_F(Data, ArraysOfAnNpzAreTimeFirstUnlessToldOtherwise) {
  // [2 steps, 3 samples, 2]: sample 1 fires neuron 1 in step 0, sample 2 neuron 0 in step 1.
  const std::vector<double> values = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0};
  const std::string net = write("net.json", repeater(*this, "[2]", "1"));
  write("tbn.npy", npy("<f4", {2, 3, 2}, values));
  EXPECT_EQ(seen("[2]", {"--input", path("tbn.npy")}), "sample,step,neuron\n1,0,1\n2,1,0\n");
  EXPECT_EQ(seen("[2]", {"--input", path("tbn.npy"), "--samples", "1:"}),
            "sample,step,neuron\n0,0,1\n1,1,0\n");
  EXPECT_EQ(seen("[2]", {"--input", path("tbn.npy"), "--layout", "btn"}),
            "sample,step,neuron\n0,1,1\n1,2,0\n");
  ASSERT_EQ(run({"run", net, "--input", path("tbn.npy"), "--out", path("o.npz")}).code, 0);
  for (const char* file : {"o.npz", "o.npz:spikes"})
    EXPECT_EQ(seen("[2]", {"--input", path(file)}), "sample,step,neuron\n1,0,1\n2,1,0\n") << said_;
  EXPECT_TRUE(has(seen("[2]", {"--input", path("o.npz:spike")}), "did you mean 'spikes'?")) << said_;
  const std::string btn = write("btn.npy", npy("<f4", {3, 2, 2}, {0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0}));
  EXPECT_EQ(seen("[2]", {"--input", btn, "--layout", "btn"}), "sample,step,neuron\n1,0,1\n2,1,0\n");
  EXPECT_EQ(seen("[2]", {"--input", btn, "--layout", "btn", "--batch", "2"}),
            "sample,step,neuron\n1,0,1\n2,1,0\n");
  EXPECT_TRUE(has(seen("[2]", {"--input", btn, "--steps", "2", "--samples", "1:9"}), "a part of 0:2"))
      << said_;
}

TEST_F(Data, RecordedEventsAreAnInput) {
  const std::string net = write("net.json", repeater(*this, "[3]", "1"));
  write("x.csv", "sample,t,neuron\n0,0,1\n1,2,0\n1,0,2\n");
  ASSERT_EQ(
      run({"run", net, "--input", path("x.csv"), "--record", "lif", "--events", "--out", path("out")}).code,
      0);
  EXPECT_EQ(seen("[3]", {"--input", path("out/lif.events.npy")}),
            "sample,step,neuron\n0,0,1\n1,0,2\n1,2,0\n");
  if (kHasCodeGenerator) {
    EXPECT_EQ(run({"verify", net, "--input", path("out/lif.events.npy")}).code, 0);
  }
  EXPECT_EQ(run({"verify", net, "--input", path("x.csv"), "--expect", path("out")}).code, 0);
}

TEST_F(Data, RandomNumbersOfASampleDoNotDependOnWhichOthersAreTaken) {
  const std::string net =
      write("net.json", R"({ "spikeloom": 1, "seed": 3, "inputs": { "x": { "shape": [8] } },
    "nodes": { "r": { "type": "rate", "from": "x" }, "lif": { "type": "lif", "from": "r", "beta": 0, "threshold": 0.5 } },
    "outputs": { "spikes": "lif" } })");
  write("x.npy", npy("<f4", {5, 3, 8}, std::vector<double>(120, 0.5)));
  ASSERT_EQ(run({"run", net, "--input", path("x.npy"), "--out", path("all")}).code, 0);
  ASSERT_EQ(run({"run", net, "--input", path("x.npy"), "--samples", "2", "--out", path("one")}).code, 0);
  const auto all = array("all/spikes.npy").floats(), one = array("one/spikes.npy").floats();
  for (std::size_t step = 0; step < 5; ++step)
    for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(one[step * 8 + i], all[(step * 3 + 2) * 8 + i]);
}

TEST_F(Data, ARunThatFailsLeavesWhatItRecordedInItsFile) {
  std::vector<double> values(5000, 1);
  values[4900] = 0.0 / 0.0;
  write("x.npy", npy("<f4", {5000, 1}, values));
  const std::string said = seen("[1]", {"--input", path("x.npy")});
  EXPECT_TRUE(said.starts_with("3: ") && has(said, "is not finite at [4900, 0]")) << said;
  EXPECT_TRUE(has(read("seen.csv"), "step,neuron\n0,0\n1,0\n2,0\n")) << read("seen.csv").substr(0, 200);
}

TEST_F(Data, AnNpzOfARunIsDrawn) {
  const std::string net = write("net.json", repeater(*this, "[3]", "1"));
  write("x.csv", "0,1\n2,0\n");
  ASSERT_EQ(run({"run", net, "--input", path("x.csv"), "--record", "lif.mem", "--out", path("o.npz")}).code,
            0);
  for (const char* file : {"o.npz", "o.npz:lif.mem"}) {
    const Outcome outcome = run({"plot", path(file), "--output", path("p.svg")});
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(has(read("p.svg"), "<svg")) << file;
  }
}

TEST_F(Data, ARunIsWrittenToOneFileWithItsHeader) {
  const std::string net = write("net.json", repeater(*this, "[3]", "0.5"));
  write("x.csv", "sample,t,neuron\n0,0,1\n1,2,0\n");
  const auto written = [&](std::vector<std::string> words) {
    words.insert(words.begin(), {"run", net, "--input", path("x.csv"), "--seed", "7"});
    return run(words);
  };
  const std::string header =
      R"("network": "repeater", "dt": 0.5, "first_step": 0, "steps": 3, "first_sample": 0, "samples": 2, "seed": 7})";
  for (const std::string words : {"o.csv", "o.nwb", "o.h5 sonata", "n.h5 nirdata"}) {
    const auto space = words.find(' ');
    const std::string file = words.substr(0, space);
    std::vector<std::string> all = {"--out", path(file)};
    if (space != std::string::npos) all.insert(all.end(), {"--format", words.substr(space + 1)});
    const Outcome outcome = written(all);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(has(outcome.err, "wrote " + path(file) + "\n")) << outcome.err;
    EXPECT_TRUE(has(read(file), header)) << words;
  }
  const Outcome states = written({"--record", "lif.mem", "--out", path("s.csv")});
  EXPECT_TRUE(has(states.err, "warning: 'lif.mem' holds values, and the file only spikes; it is left out\n"));
  ASSERT_EQ(written({"--record", "lif.mem", "--out", path("s.npz"), "--batch", "1"}).code, 0);
  EXPECT_EQ(run({"verify", net, "--input", path("x.csv"), "--expect", path("s.npz")}).code, 0);
  ASSERT_EQ(written({"--out", path("s.npy")}).code, 0);
  EXPECT_EQ(array("s.npy").shape, (std::vector<std::size_t>{3, 2, 3}));
  const auto refused = [&](std::vector<std::string> words, const std::string& what, int code = 2) {
    const Outcome outcome = written(words);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_TRUE(has(outcome.err, what)) << outcome.err;
  };
  refused({"--out", path("x.h5")}, "could be written in two formats");
  refused({"--out", path("x"), "--format", "sonatta"}, "did you mean 'sonata'?");
  refused({"--format", "npz"}, "--format needs --out");
  refused({"--out", path("x.npz"), "--events"}, "--events is of files in a folder");
  refused({"--out", path("missing/x.npz")}, "cannot write", 6);
  refused({"--out", path("x.npy"), "--record", "lif.mem"}, "a .npy file holds a single signal");
}

}  // namespace
}  // namespace spikeloom::cli_test
