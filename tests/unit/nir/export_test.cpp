#include "nir/export.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "arrays/safetensors.h"
#include "hdf5/read.h"
#include "model/build.h"
#include "nir/import.h"
#include "reference/simulator.h"

namespace spikeloom::nir::test {
namespace {

struct Read {
  std::unique_ptr<Graph> graph;
  std::optional<Model> model;
};

Read read(const std::string& text, std::map<std::string, std::string> files = {}) {
  Report report;
  GraphOptions options;
  options.memory = std::make_shared<std::map<std::string, std::string>>(std::move(files));
  Read r;
  r.graph = read_graph(text, "net.json", "", options, report);
  if (r.graph) r.model = build_model(*r.graph, {}, report);
  EXPECT_TRUE(report.ok()) << report.error().text();
  return r;
}

class NirExport : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string form = (std::filesystem::temp_directory_path() / "spikeloom-nir-XXXXXX").string();
    ASSERT_NE(::mkdtemp(form.data()), nullptr);
    folder_ = form;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Through the bytes of a file, the HDF5 library and the importer.
  std::optional<Imported> there_and_back(const std::string& text, const Options& options,
                                         Exported* exported = nullptr) {
    const Read r = read(text);
    Report report;
    auto made = export_network(*r.graph, *r.model, report);
    EXPECT_TRUE(made.has_value()) << report.error().text();
    if (!made) return std::nullopt;
    std::ofstream(folder_ / "net.nir", std::ios::binary) << made->bytes;
    const auto root = hdf5::read(folder_ / "net.nir", {{"/"}}, {{}, SPIKELOOM_HDF5_HELPER});
    EXPECT_TRUE(root.ok()) << root.error().text();
    if (!root.ok()) return std::nullopt;
    auto imported = import_tree(*root, "net.nir", "w.safetensors", options, report);
    EXPECT_TRUE(imported.has_value()) << report.error().text();
    if (exported) *exported = *std::move(made);
    return imported;
  }

  static std::vector<std::uint32_t> run(const Model& model) {
    reference::Simulator simulator(model, 1);
    std::vector<std::uint32_t> bits;
    std::uint64_t state = 7;
    for (int t = 0; t < 200; ++t) {
      for (std::size_t i = 0; i < model.inputs.size(); ++i) {
        std::vector<float> row(model.inputs[i].size);
        for (float& value : row) {
          state = state * 6364136223846793005u + 1442695040888963407u;
          value = static_cast<float>(state >> 40) / (1 << 23) - 0.5f;
        }
        simulator.set_input(static_cast<std::uint32_t>(i), row);
      }
      simulator.step();
      for (const ModelOutput& output : model.outputs)
        for (const float value : simulator.value(output.signal))
          bits.push_back(std::bit_cast<std::uint32_t>(value));
    }
    return bits;
  }

  /// Same outputs, bit for bit, and enough of them are not 0.
  void expect_same(const std::string& text, const Options& options) {
    Exported exported;
    const auto imported = there_and_back(text, options, &exported);
    ASSERT_TRUE(imported.has_value());
    const Read before = read(text),
               after = read(imported->graph, {{"w.safetensors", safetensors_bytes(imported->weights)}});
    ASSERT_TRUE(after.model.has_value());
    const auto want = run(*before.model), got = run(*after.model);
    EXPECT_EQ(want, got) << imported->graph;
    EXPECT_GT(std::ranges::count_if(want, [](std::uint32_t bits) { return bits != 0; }), 20);
  }

  /// What NIR cannot say of this network.
  static std::string refused(const std::string& text) {
    const Read r = read(text);
    Report report;
    EXPECT_FALSE(export_network(*r.graph, *r.model, report).has_value());
    EXPECT_EQ(report.error().kind(), ErrorKind::unsupported);
    return report.error().text();
  }

  std::filesystem::path folder_;
};

std::string network(const std::string& nodes, const std::string& outputs = R"("out": "x")",
                    const std::string& dt = "0.1") {
  return R"({"spikeloom": 1, "dt": )" + dt + R"(, "inputs": {"in": {"shape": [3]}}, "nodes": {)" + nodes +
         R"(}, "outputs": {)" + outputs + "}}";
}
const std::string kFc =
    R"("fc": {"type": "linear", "from": "in", "weight": [[0.5,0.25,1],[1,-0.5,0.3],[0.7,0.1,0.9]], "bias": [0.1,0.2,-0.1]})";

TEST_F(NirExport, SnntorchsNeuronsComeBackWithTheSameBits) {
  for (const auto& [fields, reset] :
       {std::pair<std::string, Reset>{R"("reset": "subtract")", Reset::subtract_delayed},
        {R"("reset": "subtract", "reset_delay": false)", Reset::subtract_snn},
        {R"("reset": "zero", "reset_delay": false)", Reset::value}}) {
    const Options options{.dt = 1e-4, .reset = reset, .from = Framework::snntorch};
    expect_same(
        network(kFc + R"(, "x": {"type": "lif", "from": "fc", "beta": [0.9, 0.37, 0], "threshold": 0.5, )" +
                fields + "}"),
        options);
    expect_same(
        network(kFc +
                R"(, "x": {"type": "synaptic", "from": "fc", "alpha": 0.8, "beta": [0.9, 0.37, 0.123], )" +
                fields + "}"),
        options);
  }
  expect_same(network(kFc + R"(, "x": {"type": "li", "from": "fc", "beta": 0.95})"),
              {.dt = 1e-4, .from = Framework::snntorch});
}

TEST_F(NirExport, NirsOwnNeuronsComeBackWithTheSameBits) {
  const std::string lif =
      R"("x": {"type": "nir_lif", "from": "fc", "step": [0.3, 0.01, 0.123], "r": 2.5, "v_leak": 0.1, "v_threshold": 0.6, "v_reset": -0.2})";
  expect_same(network(kFc + ", " + lif), {.dt = 1e-4});
  expect_same(
      network(
          kFc +
          R"(, "x": {"type": "nir_lif", "from": "fc", "step": 0.3, "v_threshold": 0.3, "at_spike": "subtract"})"),
      {.dt = 1e-4, .reset = Reset::subtract});
  expect_same(
      network(
          kFc +
          R"(, "x": {"type": "nir_cuba_lif", "from": "fc", "step_mem": [0.3, 0.2, 0.1], "step_syn": 0.4, "w_in": 1.7, "v_threshold": 0.3})"),
      {.dt = 1e-4});
  expect_same(network(kFc + R"(, "x": {"type": "nir_if", "from": "fc", "gain": 0.37, "v_threshold": 1})"),
              {.dt = 1e-4});
  expect_same(network(kFc + R"(, "x": {"type": "nir_li", "from": "fc", "step": 0.3})"), {.dt = 1e-4});
}

TEST_F(NirExport, TheExactStepOfACurrentComesBackWithTheSameBits) {
  const auto list = [](const std::array<double, 3>& numbers) {
    std::string json;
    for (const double number : numbers) {
      std::array<char, 40> digits{};
      std::snprintf(digits.data(), digits.size(), "%.9g", static_cast<double>(static_cast<float>(number)));
      json += (json.empty() ? "[" : ", ") + std::string(digits.data());
    }
    return json + "]";
  };
  const Options options{.dt = 1e-4, .integrator = Integrator::exact};
  std::uint64_t state = 3;
  for (int run = 0; run < 12; ++run) {
    const auto uniform = [&] {
      state = state * 6364136223846793005u + 1442695040888963407u;
      return static_cast<double>(state >> 11) / 9007199254740992.0;
    };
    std::array<double, 3> mem{}, syn{}, share{};
    for (std::size_t i = 0; i < 3; ++i) {
      // dt / tau; the two are equal in some neurons.
      const double m = 0.003 + 0.5 * uniform(), s = i == 2 ? m : 0.003 + 0.5 * uniform(), z = m - s;
      mem[i] = -std::expm1(-m);
      syn[i] = -std::expm1(-s);
      share[i] = 1.25 * m * std::exp(-m) * (z == 0 ? 1 : std::expm1(z) / z);
    }
    const std::string x =
        R"(, "x": {"type": "nir_cuba_li", "from": "fc", "method": "exact", "r": 1.25, "step_mem": )" +
        list(mem) + R"(, "step_syn": )" + list(syn) + R"(, "share": )";
    expect_same(network(kFc + x + list(share) + "}"), options);
    Exported exported;
    ASSERT_TRUE(there_and_back(network(kFc + x + list(share) + "}"), options, &exported));
    EXPECT_EQ(exported.notes, std::vector<std::string>{"the time of a step, 0.1 ms"});
    ASSERT_TRUE(there_and_back(network(kFc + x + "0.5}"), options, &exported));
    EXPECT_EQ(exported.notes.back(),
              "node 'x': 'share', which follows from the time constants in NIR and is another here");
  }
}

TEST_F(NirExport, LoopsAndDelaysAndSumsComeBackWithTheSameBits) {
  const std::string rec =
      R"("rec": {"type": "linear", "from": {"node": "x", "delay": 1}, "weight": [[0,0.5,0],[0.5,0,0.2],[0.1,0.1,0]], "bias": [0.3,0,0]})";
  const std::string x =
      R"("x": {"type": "nir_lif", "from": ["fc", "rec"], "step": 0.5, "r": 2, "v_threshold": 0.4})";
  expect_same(network(kFc + ", " + rec + ", " + x), {.dt = 1e-4});
  const std::string weight =
      R"("rec": {"type": "linear", "from": "x", "weight": [[0,0.5,0],[0.5,0,0.2],[0.1,0.1,0]], "bias": [0.3,0,0]})";
  const std::string late =
      R"("x": {"type": "nir_lif", "from": ["fc", {"node": "rec", "delay": 1}], "step": 0.5, "r": 2, "v_threshold": 0.4})";
  expect_same(network(kFc + ", " + weight + ", " + late), {.dt = 1e-4, .loop_cut = LoopCut::weight});
  expect_same(network(kFc + R"(, "d": {"type": "delay", "from": "fc", "steps": [0, 1, 5]},
      "s": {"type": "add", "from": ["d", {"node": "in", "delay": 3}]},
      "x": {"type": "nir_lif", "from": "s", "step": 0.5, "v_threshold": 0.2})"),
              {.dt = 1e-4});
  expect_same(
      network(
          kFc +
              R"(, "x": {"type": "threshold", "from": "fc", "threshold": 0.5}, "y": {"type": "scale", "from": "x", "scale": [1, 2, 3]})",
          R"("out": "y", "spikes": "x")"),
      {.dt = 1e-4});
}

TEST_F(NirExport, ConvolutionsAndPoolsComeBackWithTheSameBits) {
  const auto with = [](const std::string& nodes) {
    return R"({"spikeloom": 1, "dt": 0.1, "inputs": {"in": {"shape": [2, 6, 6]}}, "nodes": {)" + nodes +
           R"(}, "outputs": {"out": "x"}})";
  };
  const std::string weight =
      R"("weight": {"random": "normal", "std": 0.4, "seed": 3, "shape": [4, 1, 3, 3]})";
  expect_same(
      with(R"("c": {"type": "conv2d", "from": "in", )" + weight + R"(, "groups": 2, "padding": "same"},
      "p": {"type": "avg_pool2d", "from": "c", "kernel": 2, "padding": 1},
      "s": {"type": "sum_pool2d", "from": "p", "kernel": [2, 1], "stride": [1, 2]},
      "f": {"type": "flatten", "from": "s"},
      "x": {"type": "nir_lif", "from": "f", "step": 0.5, "r": 3, "v_threshold": 0.3})"),
      {.dt = 1e-4});
  expect_same(with(R"("flat": {"type": "flatten", "from": "in", "start_dim": 1},
      "x": {"type": "conv1d", "from": "flat", "stride": 3, "dilation": 2, "bias": [0.5, -0.5, 1],
            "weight": {"random": "normal", "std": 0.4, "seed": 3, "shape": [3, 2, 5]}})"),
              {.dt = 1e-4});
}

TEST_F(NirExport, ALoopOfLongDelayKeepsItsDelay) {
  const std::string rec =
      R"("rec": {"type": "linear", "from": {"node": "x", "delay": 4}, "weight": [[0,0.5,0],[0.5,0,0.2],[0.1,0.1,0]]})";
  const std::string x =
      R"("x": {"type": "nir_lif", "from": ["fc", "rec"], "step": 0.5, "r": 2, "v_threshold": 0.4})";
  expect_same(network(kFc + ", " + rec + ", " + x), {.dt = 1e-4});
}

TEST_F(NirExport, WhatNirDoesNotCarryIsSaid) {
  Exported exported;
  there_and_back(network(kFc + R"(, "x": {"type": "lif", "from": "fc", "beta": 0.9})"), {}, &exported);
  EXPECT_EQ(exported.import_again, "--dt 0.1 --from snntorch --reset subtract_delayed");
  EXPECT_EQ(exported.notes,
            (std::vector<std::string>{"the time of a step, 0.1 ms", "the reset, subtract_delayed"}));
}

TEST_F(NirExport, AnOutputThatIsAStateIsLeftToTheRecorder) {
  Exported exported;
  const auto imported = there_and_back(
      network(kFc + R"(, "x": {"type": "nir_lif", "from": "fc", "step": 0.5, "v_threshold": 1})",
              R"("membrane": "x.v")"),
      {}, &exported);
  ASSERT_TRUE(imported.has_value());
  EXPECT_NE(imported->graph.find("\"x_output\": \"x\""), std::string::npos) << imported->graph;
  EXPECT_EQ(exported.notes[1], "output 'membrane', which is the state x.v: record it where the network runs");
}

TEST_F(NirExport, WhatNirCannotSayIsListedAtOnce) {
  const std::string text = refused(
      network(kFc + R"(, "x": {"type": "lif", "from": "fc", "beta": 0.9, "refractory": 3, "inhibition": true},
              "y": {"type": "adex", "from": "x"}, "z": {"type": "relu", "from": "x"},
              "late": {"type": "lif", "from": "x", "beta": 0.5, "reset": "zero"},
              "mem": {"type": "scale", "from": "x.mem", "scale": 2})",
              R"("out": "z")"));
  for (const char* part :
       {"node 'x': NIR has no 'inhibition'", "node 'x': NIR has no 'refractory'",
        "node 'y': NIR has no neuron like 'adex'", "node 'z': NIR has no neuron like 'relu'",
        "node 'late': NIR resets at the spike; 'zero' a step later cannot be said"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

}  // namespace
}  // namespace spikeloom::nir::test
