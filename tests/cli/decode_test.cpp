// run --labels: which class an output means, by every decoder, and what is said of it.
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

class Decode : public Command {
 protected:
  void SetUp() override {
    Command::SetUp();
    write("net.json", R"json({ "spikeloom": 1, "inputs": { "x": { "shape": [4] } },
        "nodes": { "n": { "type": "lif", "from": "x", "beta": 0, "threshold": 0.5, "reset": "none" },
                   "values": { "type": "scale", "from": "x", "scale": 2 } },
        "outputs": { "out": "n", "membrane": "n.mem", "values": "values" } })json");
    // Sample 0: neuron 2 is first and highest, neuron 1 has most spikes. Sample 1: neuron 3 spikes once, at
    // the end.
    write("x.npy", npy("<f4", {3, 2, 4}, {0,   0,   2, 0,   0, 0, 0, 0,  //
                                          0.6, 0.6, 0, 0.6, 0, 0, 0, 0,  //
                                          0,   0.6, 0, 0,   0, 0, 0, 0.7}));
    write("labels.npy", npy("<i8", {2}, {1, 3}));
    write("halves.npy", npy("<i8", {2}, {0, 1}));
  }

  Outcome decode(const std::string& labels, std::vector<std::string> more) {
    std::vector<std::string> all = {"run",      path("net.json"), "--input",  path("x.npy"),
                                    "--labels", path(labels),     "--engine", "reference"};
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  }
  void expect(const std::string& labels, const std::vector<std::string>& more, const std::string& words) {
    const Outcome outcome = decode(labels, more);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_TRUE(has(outcome.err, words)) << outcome.err;
  }
  void refused(const std::string& labels, const std::vector<std::string>& more, const std::string& words,
               int code) {
    const Outcome outcome = decode(labels, more);
    EXPECT_EQ(outcome.code, code) << outcome.err;
    EXPECT_TRUE(has(outcome.err, words)) << outcome.err;
  }
};

TEST_F(Decode, ByCountFirstSpikeMembraneAndPopulation) {
  expect("labels.npy", {}, "accuracy 1.000  (2 of 2 samples, by spike count of 'out')\n");
  expect("labels.npy", {"--decode", "first"}, "accuracy 0.000  (0 of 2 samples, by first spike of 'out')\n");
  expect("labels.npy", {"--decode", "membrane"},
         "accuracy 0.500  (1 of 2 samples, by largest value of 'n.mem')\n");
  expect("labels.npy", {"--decode", "membrane", "--decode-output", "values"},
         "accuracy 0.500  (1 of 2 samples, by largest value of 'values')\n");
  expect("halves.npy", {"--decode", "population"},
         "accuracy 1.000  (2 of 2 samples, by spike count of 'out', 2 neurons a class)\n");
  expect("halves.npy", {"--decode", "population:2"}, "accuracy 1.000  (2 of 2 samples");
}

TEST_F(Decode, PrintsWhichClassesAreTakenForWhich) {
  const std::string table =
      "  label  as 0  as 1  as 2  as 3\n"
      "      0     0     0     0     0\n"
      "      1     0     0     1     0\n"
      "      2     0     0     0     0\n"
      "      3     1     0     0     0\n";
  expect("labels.npy", {"--decode", "first"}, table);
  // In batches the table is that of all samples.
  expect("labels.npy", {"--decode", "first", "--batch", "1"}, table);

  const Outcome outcome = decode("labels.npy", {"--decode", "first", "--json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto accuracy = nlohmann::json::parse(outcome.out).at("accuracy");
  EXPECT_EQ(accuracy.at("decode"), "first");
  EXPECT_EQ(accuracy.at("value"), 0);
  EXPECT_EQ(accuracy.at("confusion").dump(), "[[0,0,0,0],[0,0,1,0],[0,0,0,0],[1,0,0,0]]");
}

TEST_F(Decode, SaysWhatCannotBeDecoded) {
  refused("labels.npy", {"--decode", "loudest"},
          "error: --decode loudest means nothing\n  hint      rate, first, membrane, population or "
          "population:CLASSES\n",
          2);
  refused("labels.npy", {"--decode", "population:x"}, "error: --decode population:x means nothing\n", 2);
  refused("halves.npy", {"--decode", "population:3"},
          "error: the 4 neurons of 'out' cannot be shared equally by 3 classes\n"
          "  hint      every class of a population code owns as many neurons\n",
          2);
  refused("labels.npy", {"--decode", "population:2"}, "label 1 names no class of output 'out'\n", 3);
  refused("labels.npy", {"--decode", "first", "--decode-output", "values"},
          "error: no output of spikes is called 'values'\n  hint      outputs of spikes: out\n", 2);
  refused("labels.npy", {"--decode", "membrane", "--decode-output", "valus"}, "did you mean 'values'?\n", 2);
}

TEST_F(Decode, NeedsAMembraneToDecodeByIt) {
  write("net.json", R"json({ "spikeloom": 1, "inputs": { "x": { "shape": [4] } },
      "nodes": { "t": { "type": "threshold", "from": "x", "threshold": 0.5 } }, "outputs": { "out": "t" } })json");
  refused("labels.npy", {"--decode", "membrane"},
          "error: the neurons of 'out' have no membrane potential\n"
          "  hint      --decode-output names another output; a state may be one\n",
          2);
}

}  // namespace
}  // namespace spikeloom::cli_test
