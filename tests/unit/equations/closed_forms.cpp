// Anchors: what we did not write. Closed forms of the subthreshold dynamics, and published behaviour.
#include <gtest/gtest.h>

#include <cmath>

#include "one_neuron.h"

namespace spikeloom {
namespace {

OneNeuron neuron(const std::string& name, const std::map<std::string, float>& given,
                 const CellChoice& choice = {}, float dt = 1) {
  const auto model = builtin_neuron(name);
  return {make_cell(*model, choice), bound(*model, given, dt), dt};
}

TEST(ClosedForms, LifUnderConstantCurrent) {
  // mem[t] = x (1 - beta^(t + 1)) / (1 - beta)
  OneNeuron lif = neuron("lif", {{"beta", 0.9f}});
  for (int t = 0; t < 60; ++t) {
    EXPECT_EQ(lif.step({0.09f}), 0);
    EXPECT_NEAR(lif.state("mem"), 0.09 * (1 - std::pow(0.9, t + 1)) / 0.1, 1e-6) << t;
  }
}

TEST(ClosedForms, LifFiresWhenTheFormulaCrossesTheThreshold) {
  // x (1 - beta^(t + 1)) / (1 - beta) > 1  first at  t + 1 > log(1 - (1 - beta) / x) / log(beta)
  for (const double x : {0.11, 0.15, 0.3, 0.7}) {
    OneNeuron lif = neuron("lif", {{"beta", 0.9f}});
    int t = 0;
    while (lif.step({static_cast<float>(x)}) == 0) ++t;
    EXPECT_EQ(t, static_cast<int>(std::floor(std::log(1 - 0.1 / x) / std::log(0.9)))) << x;
  }
}

TEST(ClosedForms, SynapticAnswersAnImpulseWithTwoExponentials) {
  // mem[t] = (alpha^(t+1) - beta^(t+1)) / (alpha - beta)
  OneNeuron synaptic = neuron("synaptic", {{"alpha", 0.9f}, {"beta", 0.8f}, {"threshold", 100.0f}});
  for (int t = 0; t < 80; ++t) {
    synaptic.step({t == 0 ? 1.0f : 0.0f});
    EXPECT_NEAR(synaptic.state("syn"), std::pow(0.9, t), 1e-6);
    EXPECT_NEAR(synaptic.state("mem"), (std::pow(0.9, t + 1) - std::pow(0.8, t + 1)) / 0.1, 2e-6) << t;
  }
}

TEST(ClosedForms, AlphaAnswersAnImpulseWithADifferenceOfExponentials) {
  // mem[t] = gain (alpha^t - beta^t), gain = log(alpha) / (log(beta) - log(alpha)) + 1: zero at the impulse
  // itself.
  OneNeuron alpha = neuron("alpha", {{"alpha", 0.9f}, {"beta", 0.8f}, {"threshold", 100.0f}});
  const double gain = std::log(0.9) / (std::log(0.8) - std::log(0.9)) + 1;
  for (int t = 0; t < 80; ++t) {
    alpha.step({t == 0 ? 1.0f : 0.0f});
    EXPECT_NEAR(alpha.state("mem"), gain * (std::pow(0.9, t) - std::pow(0.8, t)), 3e-6) << t;
  }
}

TEST(ClosedForms, LapicqueIsForwardEulerOfTheCircuit) {
  // R C du/dt = -u + R x: towards R x by the factor 1 - T / (R C).
  OneNeuron lapicque = neuron("lapicque", {{"R", 5}, {"C", 2}, {"time_step", 0.5f}, {"threshold", 100}});
  for (int t = 0; t < 100; ++t) {
    lapicque.step({0.1f});
    EXPECT_NEAR(lapicque.state("mem"), 0.5 * (1 - std::pow(0.95, t + 1)), 2e-6) << t;
  }
}

TEST(ClosedForms, LapicqueFromBetaDecaysByOnePlusItsLogarithm) {
  OneNeuron lapicque = neuron("lapicque", {{"beta", 0.9f}, {"threshold", 100}});
  lapicque.state("mem") = 1;
  lapicque.step({0.0f});
  EXPECT_NEAR(lapicque.state("mem"), 1 + std::log(0.9), 1e-6);
}

TEST(ClosedForms, StateLifDecaysByTheExponentialOfItsRate) {
  OneNeuron filter = neuron("state_lif", {{"beta", 0.9f}, {"threshold", 100}});
  for (int t = 0; t < 50; ++t) {
    filter.step({t == 0 ? 1.0f : 0.0f});
    EXPECT_NEAR(filter.state("mem"), std::exp(-0.1 * t), 2e-6) << t;
  }
}

TEST(ClosedForms, ReadOutsIntegrate) {
  OneNeuron li = neuron("li", {{"tau_mem", 10}}, {}, 0.5f);
  double want = 0;
  for (int t = 0; t < 50; ++t) {
    want = std::exp(-0.05) * want + 1;
    EXPECT_NEAR(li.step({1.0f}), want, 1e-4) << t;
  }
}

TEST(ClosedForms, DeltaLifSeesChangesOnly) {
  OneNeuron delta = neuron("delta_lif", {{"beta", 1}});
  std::string spikes;
  for (const float x : {0.5f, 1.5f, 0.0f, -2.0f, 1.0f, 1.25f}) spikes += delta.step({x}) != 0 ? '1' : '.';
  EXPECT_EQ(spikes, ".1.1.1");
  EXPECT_EQ(delta.state("mem") - delta.state("mem_prev"), 1.25f);
}

TEST(ClosedForms, AThresholdIsStrict) {
  OneNeuron lif = neuron("lif", {{"beta", 0.5f}});
  EXPECT_EQ(lif.step({1.0f}), 0);  // exactly on it
  EXPECT_EQ(lif.step({0.625f}), 1);
}

TEST(ClosedForms, ADelayedResetShowsOneStepLater) {
  OneNeuron late = neuron("lif", {{"beta", 1}}),
            at_once = neuron("lif", {{"beta", 1}}, {.options = {{"reset_delay", "false"}}});
  EXPECT_EQ(late.step({1.5f}), 1);
  EXPECT_EQ(late.state("mem"), 1.5f);
  EXPECT_EQ(at_once.step({1.5f}), 1);
  EXPECT_EQ(at_once.state("mem"), 0.5f);
  EXPECT_EQ(late.step({0.25f}), 0);
  EXPECT_EQ(at_once.step({0.25f}), 0);
  EXPECT_EQ(late.state("mem"), at_once.state("mem"));
}

TEST(ClosedForms, AdaptationRaisesTheThreshold) {
  // Under constant drive the intervals between spikes grow.
  OneNeuron alif = neuron("adaptive_lif", {{"beta", 0.9f}, {"rho", 0.99f}, {"kappa", 0.3f}});
  std::vector<int> times;
  for (int t = 0; t < 400; ++t)
    if (alif.step({0.3f}) != 0) times.push_back(t);
  ASSERT_GT(times.size(), 10u);
  EXPECT_GT(times[times.size() - 1] - times[times.size() - 2], 2 * (times[1] - times[0]));
}

TEST(ClosedForms, RandomNumbersAreOneValueAStep) {
  const auto model = model_of(R"json({ "parameters": { "rate": { "doc": "spikes a second" } }, "inputs": {},
      "state": { "same": "s", "noise_kept": "n" },
      "update": ["same = uniform(0) == uniform(0)", "noise_kept = normal(1)"],
      "spike": "uniform(0) < rate * dt / 1000" })json");
  OneNeuron poisson(make_cell(*model, {}), bound(*model, {{"rate", 100}}, 0.5f), 0.5f);
  int spikes = 0;
  float before = 0;
  for (int t = 0; t < 20000; ++t) {
    spikes += poisson.step({}) != 0;
    EXPECT_EQ(poisson.state("same"), 1);
    EXPECT_NE(poisson.state("noise_kept"), before);
    before = poisson.state("noise_kept");
  }
  // 1000 expected, standard deviation 31.
  EXPECT_NEAR(spikes, 1000, 110);
}

}  // namespace
}  // namespace spikeloom
