// From what a node gives to every parameter's value: order, messages, and the quantiser's levels.
#include <gtest/gtest.h>

#include <cmath>

#include "one_neuron.h"

namespace spikeloom {
namespace {

struct Bound {
  std::vector<PerNeuron> values;
  std::string problems;
};

Bound bind(const NeuronModel& model, const std::map<std::string, PerNeuron>& given, std::size_t neurons = 1,
           float dt = 1) {
  Bound b;
  b.values = bind_parameters(
      model, given, dt, neurons,
      [&](Diagnostic::Severity severity, const std::string& parameter, std::string what, std::string expected,
          std::string got, std::string hint) {
        b.problems += (b.problems.empty() ? "" : "\n") +
                      std::string(severity == Diagnostic::Severity::warning ? "warning " : "") + parameter +
                      ": " + what + (expected.empty() ? "" : " | expected " + expected) +
                      (got.empty() ? "" : " | got " + got) + (hint.empty() ? "" : " | " + hint);
      });
  return b;
}

PerNeuron all(float x) {
  return {{x}};
}

TEST(Parameters, DefaultsAndDerivedOnes) {
  const auto lif = builtin_neuron("lif");
  const Bound b = bind(*lif, {{"tau_mem", all(10)}}, 1, 0.5f);
  EXPECT_EQ(b.problems, "");
  ASSERT_EQ(b.values.size(), 3u);
  EXPECT_NEAR(b.values[0][0], std::exp(-0.05), 1e-7);
  EXPECT_EQ(b.values[1][0], 10);
  EXPECT_EQ(b.values[2][0], 1);
}

TEST(Parameters, OneOfTheGivenSets) {
  const auto lapicque = builtin_neuron("lapicque");
  const std::string ways = ": give one of: R and C; beta; beta and R; beta and C";
  EXPECT_EQ(bind(*lapicque, {}).problems, ways + " | got none of them");
  EXPECT_EQ(bind(*lapicque, {{"C", all(1)}}).problems, ways + " | got C");
  EXPECT_EQ(bind(*lapicque, {{"R", all(1)}, {"C", all(1)}, {"beta", all(0.9f)}}).problems,
            ways + " | got R, C and beta");
  EXPECT_EQ(bind(*builtin_neuron("lif"), {{"beta", all(1)}, {"tau_mem", all(1)}}).problems,
            ": give one of: beta; tau_mem | got beta and tau_mem");
}

TEST(Parameters, LapicqueWithBetaOneHasAnInfiniteCapacitance) {
  const Bound b = bind(*builtin_neuron("lapicque"), {{"beta", all(1)}});
  EXPECT_EQ(b.problems, "");
  EXPECT_EQ(b.values[1][0], HUGE_VALF);
}

TEST(Parameters, DerivedOnesAreNeverNan) {
  const auto model = model_of(R"json({ "parameters": { "a": { "doc": "a" }, "b": { "doc": "b" } },
      "given": { "a": [], "b": "a = log(b)" }, "state": { "mem": "m" }, "update": "mem = a * mem + input", "output": "mem" })json");
  EXPECT_EQ(bind(*model, {{"b", {{1, -2, 3}}}}, 3).problems,
            ": a = log(b) is not a number (neuron 1) | got b = -2");
}

TEST(Parameters, RangesAndClamps) {
  EXPECT_EQ(bind(*builtin_neuron("lif"), {{"tau_mem", all(-3)}}).problems,
            "tau_mem: membrane time constant in ms is out of range | expected a number above 0 | got -3 | or "
            "give 'beta', "
            "which is exp(-dt / tau_mem)");
  const Bound b = bind(*builtin_neuron("lif"), {{"beta", {{0.5f, 1.25f, -1}}}}, 3);
  EXPECT_EQ(b.problems, "warning beta: 'beta' is taken as 1 | expected at most 1 | got 1.25 (neuron 1)");
  EXPECT_EQ(b.values[0].values, (std::vector<float>{0.5f, 1, 0}));
}

TEST(Parameters, ConditionsOverThem) {
  EXPECT_EQ(bind(*builtin_neuron("alpha"), {{"alpha", {{0.9f, 0.5f}}}, {"beta", all(0.75f)}}, 2).problems,
            ": alpha must be larger than beta (tau_syn longer than tau_mem) | expected alpha > beta | "
            "got alpha = 0.5, beta = 0.75 (neuron 1)");
  // The clamp comes first: 1.5 and 1 are both read as 1.
  EXPECT_EQ(bind(*builtin_neuron("alpha"), {{"alpha", all(1.5f)}, {"beta", all(1)}}).problems,
            "warning alpha: 'alpha' is taken as 1 | expected at most 1 | got 1.5\n"
            ": alpha must be larger than beta (tau_syn longer than tau_mem) | expected alpha > beta | "
            "got alpha = 1, beta = 1");
}

TEST(Parameters, MissingOnesAreNamed) {
  EXPECT_EQ(bind(*builtin_neuron("adaptive_lif"), {}).problems,
            ": parameter 'beta' is missing | expected membrane decay per step");
}

TEST(Parameters, InitialStatesAreExpressionsOverThem) {
  const auto model = model_of(
      R"({ "parameters": { "c": { "doc": "c", "default": -65 }, "b": { "doc": "b", "default": 0.2 } },
      "state": { "v": { "doc": "v", "initial": "c" }, "u": { "doc": "u", "initial": "b * c" }, "w": { "doc": "w", "initial": 3 } },
      "update": ["v = v + input", "u = u + b", "w = w + c"], "output": "v + u + w" })");
  OneNeuron neuron(make_cell(*model, {}), bound(*model, {}));
  EXPECT_EQ(neuron.state("v"), -65);
  EXPECT_EQ(neuron.state("u"), 0.2f * -65.0f);
  EXPECT_EQ(neuron.state("w"), 3);
}

// Levels recorded by running snnTorch 0.9.4 (MIT licence), quant.state_quant, in float32.
struct Recorded {
  int bits;
  bool uniform, threshold_centered;
  double threshold, lower_limit, upper_limit;
  std::optional<double> multiplier;
  std::vector<double> levels;
};

TEST(Quantizer, HasTheRecordedLevels) {
  const Recorded recorded[] = {
      {1, false, true, 1, 0, 0.2, {}, {-1, 1.20000005}},
      {3,
       false,
       false,
       1,
       0.2,
       0.2,
       {},
       {-1.20000005, -0.353140444, -0.0990825668, -0.0228652079, 0.0228652079, 0.0990825668, 0.353140444,
        1.20000005}},
      {4,
       false,
       true,
       1,
       0,
       0.2,
       {},
       {-1, 6.10388815e-05, 0.500091553, 0.750106812, 0.875114441, 0.937618256, 0.968870163, 0.984496117,
        0.992309093, 0.996215582, 0.998168826, 0.999145448, 0.999633789, 0.99987793, 1.06666672, 1.20000005}},
      {5, false, true, 1, 0, 0.5, 0.8, {-1,          -0.598483086, -0.277269602, -0.0202987939, 0.185277849,
                                        0.349739164, 0.481308222,  0.586563468,  0.670767665,   0.738131046,
                                        0.792021692, 0.835134268,  0.869624317,  0.89721632,    0.919289947,
                                        0.936948836, 0.951075971,  0.962377667,  0.971419036,   0.97865212,
                                        0.984438539, 0.989067733,  0.992771089,  0.995733738,   0.998103917,
                                        1.03317082,  1.07463431,   1.12646377,   1.19125056,    1.27223396,
                                        1.37346339,  1.5}},
      {2, true, true, 1, 0, 0.2, {}, {-1, -0.266666651, 0.466666698, 1.20000005}},
  };
  for (const Recorded& r : recorded) {
    const LevelTable table = quantizer_levels(r.bits, r.uniform, r.threshold_centered, r.threshold,
                                              r.lower_limit, r.upper_limit, r.multiplier);
    ASSERT_EQ(table.levels.size(), r.levels.size());
    for (std::size_t j = 0; j < r.levels.size(); ++j)
      EXPECT_NEAR(table.levels[j], r.levels[j], 2e-6 + 2e-5 * std::fabs(r.levels[j]))
          << r.bits << " bits, level " << j;
  }
}

TEST(Quantizer, UniformLevelsAreEquallySpaced) {
  // Recorded likewise: 8 bits, threshold 0.7; entries 0, 1, 100 and 255.
  const LevelTable table = quantizer_levels(8, true, true, 0.7, 0, 0.2, {});
  EXPECT_NEAR(table.levels[0], -0.699999988, 2e-6);
  EXPECT_NEAR(table.levels[1], -0.693960786, 2e-6);
  EXPECT_NEAR(table.levels[100], -0.0960784182, 2e-6);
  EXPECT_NEAR(table.levels[255], 0.839999974, 2e-6);
}

TEST(Quantizer, AValueGoesToTheNearestLevel) {
  const LevelTable table = quantizer_levels(2, true, true, 1, 0, 0.2, {});
  ASSERT_EQ(table.levels.size(), 4u);
  ASSERT_EQ(table.midpoints.size(), 3u);
  EXPECT_EQ(quantize(table, -100), table.levels[0]);
  EXPECT_EQ(quantize(table, 100), table.levels[3]);
  EXPECT_EQ(quantize(table, table.midpoints[1]), table.levels[1]);  // a tie goes down
  EXPECT_EQ(quantize(table, std::nextafter(table.midpoints[1], 9.0f)), table.levels[2]);
  EXPECT_EQ(quantize(table, std::nanf("")), table.levels[0]);
}

TEST(Quantizer, LevelsAscendForEverySetting) {
  for (int bits = 1; bits <= 10; ++bits)
    for (const double threshold : {1.0, 0.5, -1.0})
      for (const bool uniform : {true, false})
        for (const bool centered : {true, false}) {
          const LevelTable table = quantizer_levels(bits, uniform, centered, threshold, 0, 0.2, {});
          ASSERT_EQ(table.levels.size(), std::size_t{1} << bits);
          EXPECT_TRUE(std::ranges::is_sorted(table.levels));
          EXPECT_TRUE(std::ranges::is_sorted(table.midpoints));
          for (const float level : table.levels) EXPECT_TRUE(std::isfinite(level));
        }
}

}  // namespace
}  // namespace spikeloom
