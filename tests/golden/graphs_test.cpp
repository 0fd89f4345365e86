// The networks that ship in graphs/, played by every engine against what was recorded or an independent loop.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>

#include "golden/play.h"

namespace spikeloom::golden {
namespace {

namespace fs = std::filesystem;

const fs::path kGraphs = fs::path(SPIKELOOM_SOURCE_DIR) / "graphs";
const fs::path kRecordings = fs::path(SPIKELOOM_SOURCE_DIR) / "tests/golden/cases";

/// A shipped graph with its input.npy; what is compared comes from the caller.
NetworkCase shipped(const std::string& name, const std::string& input, bool constant, std::uint32_t steps,
                    std::uint32_t batch) {
  NetworkCase network;
  network.name = name;
  network.folder = kGraphs / name;
  std::ifstream file(network.folder / "network.json");
  network.graph = {std::istreambuf_iterator<char>(file), {}};
  network.input = input;
  network.constant = constant;
  network.input_rows = read_npy(network.folder / "input.npy").values;
  network.steps = steps;
  network.batch = batch;
  return network;
}

std::string engine_name(const testing::TestParamInfo<Engine>& test) {
  return name_of(test.param);
}

struct Digits {
  std::string name;
  bool constant;
  double accuracy;
};

class TrainedDigits : public testing::TestWithParam<std::tuple<Digits, Engine>> {};

TEST_P(TrainedDigits, ClassifyAsRecorded) {
  const auto& [digits, engine] = GetParam();
  constexpr std::size_t kSteps = 25, kSamples = 360, kClasses = 10;
  NetworkCase network = shipped(digits.name, "image", digits.constant, kSteps, kSamples);
  network.records.push_back({.signal = "digit", .want = {}});
  const std::vector<float> spikes = play(network, engine).at(0);
  ASSERT_EQ(spikes.size(), kSteps * kSamples * kClasses);

  const fs::path recorded = network.folder / "recorded";
  const Array labels = read_npy(network.folder / "labels.npy"),
              margins = read_npy(recorded / "min_margin.npy"),
              counts = read_npy(recorded / "spike_counts.npy"),
              trains = read_npy(recorded / "output_spikes_first16.npy");
  std::size_t right = 0, off = 0, clear = 0;
  for (std::size_t sample = 0; sample < kSamples; ++sample) {
    std::vector<float> count(kClasses);
    bool same_train = true;
    for (std::size_t t = 0; t < kSteps; ++t)
      for (std::size_t k = 0; k < kClasses; ++k) {
        const float spike = spikes[(t * kSamples + sample) * kClasses + k];
        count[k] += spike;
        if (sample < 16 && spike != trains.values[(t * 16 + sample) * kClasses + k]) same_train = false;
      }
    const auto best = std::max_element(count.begin(), count.end());  // the first on a tie
    right += static_cast<float>(best - count.begin()) == labels.values[sample];
    const bool same = same_train && std::equal(count.begin(), count.end(), &counts.values[sample * kClasses]);
    off += !same;
    if (margins.values[sample] > 1e-4f) {
      ++clear;
      EXPECT_TRUE(same) << "sample " << sample << ", margin " << margins.values[sample];
    }
  }
  std::cout << digits.name << ": accuracy " << static_cast<double>(right) / kSamples << " (recorded "
            << digits.accuracy << "), spikes differ from the recorded ones in " << off << " of " << kSamples
            << " samples, " << clear << " of them have a margin above 1e-4; " << name_of(engine) << "\n";
  EXPECT_LE(std::abs(static_cast<double>(right) - digits.accuracy * kSamples), 1.001);
  EXPECT_LE(off, 3u);
  EXPECT_GT(clear, kSamples / 3);  // enough that the comparison says something
}

INSTANTIATE_TEST_SUITE_P(Graph, TrainedDigits,
                         testing::Combine(testing::Values(Digits{"digits-lif", true, 353.0 / 360},
                                                          Digits{"digits-synaptic", false, 350.0 / 360},
                                                          Digits{"digits-alpha", false, 303.0 / 360},
                                                          Digits{"digits-conv", false, 341.0 / 360}),
                                          testing::ValuesIn(engines())),
                         [](const auto& test) {
                           std::string name =
                               std::get<0>(test.param).name + "_" + name_of(std::get<1>(test.param));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

class Shipped : public testing::TestWithParam<Engine> {};
INSTANTIATE_TEST_SUITE_P(Graph, Shipped, testing::ValuesIn(engines()), engine_name);

// The tutorials' neurons under the tutorials' inputs, against what snnTorch made of them.
TEST_P(Shipped, TutorialNeuronsDoWhatWasRecorded) {
  const std::pair<const char*, const char*> tutorials[] = {{"lif", "tutorial3_leaky"},
                                                           {"lapicque", "tutorial2_lapicque_halfthr"},
                                                           {"synaptic", "tutorial4_synaptic"},
                                                           {"alpha", "tutorial4_alpha"}};
  for (const auto& [name, recording] : tutorials) {
    const NetworkCase recorded = convert_network(kRecordings / recording);
    NetworkCase network = shipped(name, "current", false, recorded.steps, recorded.batch);
    EXPECT_EQ(network.input_rows, recorded.input_rows) << name;
    network.records = recorded.records;
    for (Record& record : network.records) record.signal.replace(0, 2, "neuron");
    EXPECT_EQ(difference(network, play(network, GetParam())), "") << name;
  }
}

// The equations of the file once more, in plain float32: membrane and spikes of four cells.
TEST_P(Shipped, OwnNeuronFollowsItsEquations) {
  constexpr std::uint32_t kSteps = 600;
  NetworkCase network = shipped("own-neuron", "current", false, kSteps, 1);
  const float a[] = {0.02f, 0.02f, 0.02f, 0.1f}, c[] = {-65, -55, -50, -65}, d[] = {8, 4, 2, 2};
  Array membrane, spikes;
  float v[4], u[4];
  int total = 0;
  for (int j = 0; j < 4; ++j) v[j] = c[j], u[j] = 0.2f * c[j];
  for (std::uint32_t t = 0; t < kSteps; ++t)
    for (int j = 0; j < 4; ++j) {
      const float input = network.input_rows[t * 4 + static_cast<std::uint32_t>(j)];
      for (int half = 0; half < 2; ++half)
        v[j] = v[j] + 0.5f * (0.04f * v[j] * v[j] + 5.0f * v[j] + 140.0f - u[j] + input);
      u[j] = u[j] + a[j] * (0.2f * v[j] - u[j]);
      const bool spike = v[j] >= 30;
      if (spike) v[j] = c[j], u[j] = u[j] + d[j];
      total += spike;
      spikes.values.push_back(spike);
      membrane.values.push_back(v[j]);
    }
  ASSERT_GT(total, 20);
  network.records = {{.signal = "cells", .want = spikes, .exact = true},
                     {.signal = "cells.v", .want = membrane, .exact = true}};
  EXPECT_EQ(difference(network, play(network, GetParam())), "");
}

// A push makes a bump of activity that stays and walks; before the first push all is silent.
TEST_P(Shipped, ActivityWalksRoundTheRing) {
  constexpr std::size_t kSteps = 300, kNeurons = 60;
  NetworkCase network = shipped("recurrent", "pulse", false, kSteps, 1);
  network.records.push_back({.signal = "ring", .want = {}});
  const std::vector<float> spikes = play(network, GetParam()).at(0);
  auto active = [&](std::size_t first, std::size_t last, std::size_t from, std::size_t to) {
    float sum = 0;
    for (std::size_t t = first; t < last; ++t)
      for (std::size_t j = from; j < to; ++j) sum += spikes[t * kNeurons + j];
    return sum;
  };
  EXPECT_EQ(active(0, 10, 0, kNeurons), 0);
  EXPECT_GT(active(40, 50, 15, 30), 20);
  EXPECT_EQ(active(40, 50, 40, 60), 0);
  EXPECT_GT(active(130, 140, 40, 60), 20);
  EXPECT_EQ(active(130, 140, 10, 30), 0);
}

}  // namespace
}  // namespace spikeloom::golden
