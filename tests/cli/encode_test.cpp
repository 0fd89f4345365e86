// Sources and encoders in a run: the same files for every split of the samples, and by both engines.
#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

class Encode : public Command {
 protected:
  void SetUp() override {
    Command::SetUp();
    write("net.json", R"json({ "spikeloom": 1, "dt": 0.5, "seed": 5,
        "inputs": { "x": { "shape": [3], "time": "constant" } },
        "nodes": { "rate": { "type": "rate", "from": "x", "first_spike_time": 2 },
                   "noise": { "type": "poisson", "shape": [5], "rate": 400 },
                   "latency": { "type": "latency", "from": "x", "num_steps": 20, "normalize": true },
                   "delta": { "type": "delta", "from": "x", "threshold": 0.3, "off_spike": true },
                   "clock": { "type": "periodic", "shape": [2], "rate": [100, 30] },
                   "level": { "type": "constant", "shape": [2], "value": [1, -2] } },
        "outputs": { "rate": "rate", "noise": "noise", "latency": "latency", "delta": "delta", "clock": "clock",
                     "level": "level" } })json");
    write("x.npy", npy("<f4", {4, 3}, {0.1, 0.5, 0.9, 0.5, 0.5, 0.5, 0.7, 0.2, 0.4, 0, 1, 0.3}));
  }
  void run_to(const std::string& folder, const std::vector<std::string>& more) {
    std::vector<std::string> all = {"run", path("net.json"), "--input",   path("x.npy"), "--steps",
                                    "40",  "--out",          path(folder)};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = run(all);
    ASSERT_EQ(outcome.code, 0) << outcome.err;
  }
};

TEST_F(Encode, SplitsOfTheSamplesAndEnginesGiveTheSameFiles) {
  run_to("whole", {});
  run_to("single", {"--batch", "1"});
  run_to("triple", {"--batch", "3"});
  run_to("reference", {"--engine", "reference"});
  for (const char* folder : {"single", "triple", "reference"})
    for (const char* file : {"rate.npy", "noise.npy", "latency.npy", "delta.npy", "clock.npy", "level.npy"})
      EXPECT_EQ(read(std::string(folder) + "/" + file), read(std::string("whole/") + file))
          << folder << "/" << file;

  // Every sample draws its own numbers, and another seed draws others.
  const std::vector<float> noise = array("whole/noise.npy").floats();  // [40][4][5]
  bool samples_differ = false;
  for (std::size_t step = 0; step < 40; ++step)
    for (std::size_t j = 0; j < 5; ++j) samples_differ |= noise[step * 20 + j] != noise[step * 20 + 5 + j];
  EXPECT_TRUE(samples_differ);
  run_to("other", {"--seed", "6"});
  EXPECT_NE(read("other/noise.npy"), read("whole/noise.npy"));
  EXPECT_EQ(read("other/latency.npy"), read("whole/latency.npy"));
}

TEST_F(Encode, LatencySpikesOnceAndNormalisesEachSampleAlone) {
  run_to("out", {});
  const std::vector<float> spikes = array("out/latency.npy").floats();  // [40][4][3]
  for (std::size_t element = 0; element < 12; ++element) {
    int count = 0;
    for (std::size_t step = 0; step < 40; ++step) count += spikes[step * 12 + element] != 0;
    EXPECT_EQ(count, 1) << element;
  }
  // The smallest of each sample comes in the last step of 20, whatever the other samples hold.
  for (const std::size_t smallest : {0, 3, 7, 9}) EXPECT_EQ(spikes[19 * 12 + smallest], 1) << smallest;
}

}  // namespace
}  // namespace spikeloom::cli_test
