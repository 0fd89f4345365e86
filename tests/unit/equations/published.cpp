// Anchors of the models in physical units: what was published of them, or follows from their differential
// equations.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "one_neuron.h"

namespace spikeloom {
namespace {

OneNeuron neuron(const std::string& name, const std::map<std::string, float>& given, float dt,
                 const CellChoice& choice = {}) {
  const auto model = builtin_neuron(name);
  return {make_cell(*model, choice), bound(*model, given, dt), dt};
}

/// Times of the spikes in ms, under the same ports in every step.
std::vector<double> spike_times(OneNeuron& neuron, const std::vector<float>& ports, double milliseconds,
                                float dt) {
  std::vector<double> times;
  for (int t = 0; t * double{dt} < milliseconds; ++t)
    if (neuron.step(ports) != 0) times.push_back(t * double{dt});
  return times;
}

std::vector<double> intervals(const std::vector<double>& times) {
  std::vector<double> all;
  for (std::size_t i = 1; i < times.size(); ++i) all.push_back(times[i] - times[i - 1]);
  return all;
}

TEST(Izhikevich, RestsWhereItsNullclinesMeet) {
  // 0.04 v^2 + (5 - b) v + 140 + I = 0, the lower root; -70 mV for the published b = 0.2 and no current.
  for (const double current : {0.0, 2.0, 3.6}) {
    OneNeuron cell = neuron("izhikevich", {}, 0.1f);
    spike_times(cell, {static_cast<float>(current)}, 2000, 0.1f);
    const double rest = (-4.8 - std::sqrt(4.8 * 4.8 - 0.16 * (140 + current))) / 0.08;
    EXPECT_NEAR(cell.state("v"), rest, 2e-3) << current;
    EXPECT_NEAR(cell.state("u"), 0.2 * rest, 1e-3) << current;
  }
}

TEST(Izhikevich, FiresOnAndOnAboveItsBifurcationOnly) {
  // The fixed point loses its stability where 0.08 v + 5 = a: v = -62.25 mV, at a current of 3.7975.
  const double v = (0.02 - 5) / 0.08, bifurcation = -(0.04 * v * v + 4.8 * v + 140);
  EXPECT_NEAR(bifurcation, 3.7975, 1e-9);
  OneNeuron below = neuron("izhikevich", {}, 0.1f), above = neuron("izhikevich", {}, 0.1f);
  EXPECT_LE(spike_times(below, {static_cast<float>(bifurcation - 0.05)}, 2000, 0.1f).size(), 1u);
  EXPECT_GE(spike_times(above, {static_cast<float>(bifurcation + 0.05)}, 2000, 0.1f).size(), 10u);
}

TEST(Izhikevich, ItsFourPublishedParametersMakeTheFiringPatternsOfTheFigure) {
  // Izhikevich 2003, figure 2, all under a current of 10.
  const auto pattern = [](std::map<std::string, float> given) {
    OneNeuron cell = neuron("izhikevich", given, 0.1f);
    return intervals(spike_times(cell, {10}, 1000, 0.1f));
  };
  const auto regular = pattern({});
  ASSERT_GE(regular.size(), 10u);
  EXPECT_LT(regular.front(), 0.6 * regular.back()) << "regular spiking adapts";
  EXPECT_NEAR(regular.back(), regular[regular.size() - 2], 0.2) << "... and becomes regular";

  const auto fast = pattern({{"a", 0.1f}, {"d", 2}});
  EXPECT_GT(fast.size(), 4 * regular.size()) << "fast spiking";

  const auto chattering = pattern({{"c", -50}, {"d", 2}});
  const auto [shortest, longest] = std::ranges::minmax(chattering);
  EXPECT_LT(shortest, 5) << "spikes of a burst";
  EXPECT_GT(longest, 30) << "pauses between bursts";

  const auto bursting = pattern({{"c", -55}, {"d", 4}});
  EXPECT_LT(bursting[0], 5) << "a burst at the start";
  for (std::size_t i = 3; i < bursting.size(); ++i) EXPECT_GT(bursting[i], 25) << "then single spikes";
}

TEST(Adex, FiresAboveThePublishedRheobaseOnly) {
  // Touboul and Brette 2008, Biol. Cybern. 99:319: where a / g_leak > tau_mem / tau_w, rest loses its
  // stability in a Hopf bifurcation. With the parameters of Brette and Gerstner 2005: 627.2 pA.
  const double C = 281, g = 30, rise = -50.4, leak = -70.6, slope = 2, tau_w = 144, a = 4, tau_mem = C / g;
  const double rheobase = (g + a) * (rise - leak - slope + slope * std::log(1 + tau_mem / tau_w)) +
                          slope * g * (a / g - tau_mem / tau_w);
  EXPECT_NEAR(rheobase, 627.2, 0.05);
  OneNeuron below = neuron("adex", {}, 0.05f), above = neuron("adex", {}, 0.05f);
  EXPECT_LE(spike_times(below, {static_cast<float>(0.98 * rheobase)}, 3000, 0.05f).size(), 1u);
  EXPECT_GE(spike_times(above, {static_cast<float>(1.02 * rheobase)}, 3000, 0.05f).size(), 5u);
}

TEST(Adex, AdaptsByItsSpikesAndReturnsToRest) {
  OneNeuron cell = neuron("adex", {}, 0.05f);
  const auto gaps = intervals(spike_times(cell, {1000}, 500, 0.05f));
  ASSERT_GE(gaps.size(), 5u);
  EXPECT_GT(gaps.back(), 2 * gaps.front());
  spike_times(cell, {0}, 3000, 0.05f);
  EXPECT_NEAR(cell.state("v"), -70.6, 1e-2);
  EXPECT_NEAR(cell.state("w"), 0, 1e-2);
}

TEST(Qif, ItsPeriodIsThatOfTheTangent) {
  // tau dv/dt = v^2 + I from -v_peak to v_peak: 2 tau atan(v_peak / sqrt(I)) / sqrt(I).
  for (const double current : {0.25, 1.0, 4.0}) {
    OneNeuron cell = neuron("qif", {}, 0.01f);
    const auto gaps = intervals(spike_times(cell, {static_cast<float>(current)}, 500, 0.01f));
    ASSERT_GE(gaps.size(), 2u);
    const double root = std::sqrt(current), period = 20 * std::atan(100 / root) / root;
    EXPECT_NEAR(gaps.back(), period, 2e-3 * period) << current;
  }
}

TEST(Qif, RestsAtTheStableRootWithoutEnoughCurrent) {
  OneNeuron cell = neuron("qif", {}, 0.1f);
  EXPECT_TRUE(spike_times(cell, {-0.25f}, 300, 0.1f).empty());
  EXPECT_NEAR(cell.state("v"), -0.5, 1e-5);
}

TEST(CubaLif, AnswersASpikeWithTheExactDifferenceOfExponentials) {
  // tau_mem dv/dt = v_leak - v + g, tau_exc dg/dt = -g: w tau_exc / (tau_exc - tau_mem) (e^-t/tau_exc -
  // e^-t/tau_mem), whatever the step.
  for (const float dt : {0.1f, 1.0f}) {
    OneNeuron exc = neuron("cuba_lif", {{"v_threshold", 100}}, dt);
    OneNeuron inh = neuron("cuba_lif", {{"v_threshold", 100}}, dt);
    exc.state("v") = inh.state("v") = -49;
    for (int t = 0; t < 40; ++t) {
      exc.step({t == 0 ? 1.62f : 0.0f, 0});
      inh.step({0, t == 0 ? -9.0f : 0.0f});
      const double ms = t * double{dt}, m = std::exp(-ms / 20);
      EXPECT_NEAR(exc.state("v") + 49, 1.62 * 5 / (5.0 - 20) * (std::exp(-ms / 5) - m), 1e-4) << ms;
      EXPECT_NEAR(inh.state("v") + 49, -9.0 * 10 / (10.0 - 20) * (std::exp(-ms / 10) - m), 2e-4) << ms;
    }
  }
}

TEST(CubaLif, FiresAtTheIntervalOfItsLeak) {
  // The benchmark's leak lies above the threshold: from -60 mV to -50 mV in tau_mem log(11), plus the 5 ms it
  // is held.
  const float dt = 0.1f;
  const auto model = builtin_neuron("cuba_lif");
  CellChoice choice;
  choice.refractory = true;
  const Cell cell = make_cell(*model, choice);
  std::vector<PerNeuron> parameters = bound(*model, {}, dt);
  parameters.push_back({{50}});
  OneNeuron held(cell, parameters, dt);
  const auto gaps = intervals(spike_times(held, {0, 0}, 500, dt));
  ASSERT_GE(gaps.size(), 5u);
  EXPECT_NEAR(gaps.back(), 20 * std::log(11.0) + 5, 1.5 * double{dt});
}

TEST(LifCond, SettlesWhereItsConductancesBalanceAndFiresAtTheirInterval) {
  // Constant conductances: v goes to the mean of the reversal potentials, weighted by conductance, with the
  // time constant C / (all of them).
  const float dt = 0.01f;
  const auto drive = [&](double nS, double tau) {
    return static_cast<float>(nS * (1 - std::exp(-double{dt} / tau)));
  };
  OneNeuron rest = neuron("lif_cond", {}, dt);
  EXPECT_TRUE(spike_times(rest, {drive(2, 5), drive(6, 10)}, 400, dt).empty());
  EXPECT_NEAR(rest.state("g_exc"), 2, 2e-3);
  EXPECT_NEAR(rest.state("v"), (10.0 * -60 + 2.0 * 0 + 6.0 * -80) / 18, 0.02);

  OneNeuron firing = neuron("lif_cond", {}, dt);
  const auto gaps = intervals(spike_times(firing, {drive(6, 5), drive(2, 10)}, 400, dt));
  ASSERT_GE(gaps.size(), 10u);
  const double balance = (10.0 * -60 + 2.0 * -80) / 18, tau = 200.0 / 18;
  EXPECT_NEAR(gaps.back(), tau * std::log((balance + 60) / (balance + 50)), 3 * double{dt});
}

/// The equations of Hodgkin and Huxley 1952 as they stand there (u is -V, from rest), for Runge and Kutta.
std::array<double, 4> squid_axon(const std::array<double, 4>& y, double current) {
  const double u = y[0] + 65, n = y[1], m = y[2], h = y[3];
  const auto linoid = [](double x) { return std::abs(x) < 1e-9 ? 1 : x / std::expm1(x); };
  return {current - 120 * m * m * m * h * (u - 115) - 36 * std::pow(n, 4) * (u + 12) - 0.3 * (u - 10.613),
          0.1 * linoid((10 - u) / 10) * (1 - n) - 0.125 * std::exp(-u / 80) * n,
          linoid((25 - u) / 10) * (1 - m) - 4 * std::exp(-u / 18) * m,
          0.07 * std::exp(-u / 20) * (1 - h) - 1 / (std::exp((30 - u) / 10) + 1) * h};
}

std::vector<double> squid_axon_spikes(double current, double milliseconds, double dt) {
  std::array<double, 4> y{-65, 0.31768, 0.05293, 0.59612};
  const auto moved = [&](const std::array<double, 4>& by, double time) {
    std::array<double, 4> to = y;
    for (std::size_t i = 0; i < 4; ++i) to[i] += time * by[i];
    return to;
  };
  std::vector<double> times;
  for (int t = 0; t * dt < milliseconds; ++t) {
    const auto k1 = squid_axon(y, current), k2 = squid_axon(moved(k1, dt / 2), current),
               k3 = squid_axon(moved(k2, dt / 2), current), k4 = squid_axon(moved(k3, dt), current);
    const double was = y[0];
    for (std::size_t i = 0; i < 4; ++i) y[i] += dt / 6 * (k1[i] + 2 * k2[i] + 2 * k3[i] + k4[i]);
    if (y[0] > 0 && was <= 0) times.push_back(t * dt);
  }
  return times;
}

TEST(HodgkinHuxley, RestsWithItsGatesWhereThePaperHasThem) {
  OneNeuron cell = neuron("hodgkin_huxley", {}, 0.05f);
  EXPECT_TRUE(spike_times(cell, {0}, 500, 0.05f).empty());
  EXPECT_NEAR(cell.state("v"), -65, 5e-3);
  EXPECT_NEAR(cell.state("n"), 0.3177, 3e-4);
  EXPECT_NEAR(cell.state("m"), 0.0529, 3e-4);
  EXPECT_NEAR(cell.state("h"), 0.5961, 3e-4);
}

TEST(HodgkinHuxley, SpikesWhenAFineIntegrationDoes) {
  for (const double current : {7.0, 10.0, 50.0}) {
    OneNeuron cell = neuron("hodgkin_huxley", {}, 0.01f);
    const auto times = spike_times(cell, {static_cast<float>(current)}, 100, 0.01f),
               fine = squid_axon_spikes(current, 100, 0.002);
    ASSERT_EQ(times.size(), fine.size()) << current;
    ASSERT_GE(times.size(), 6u);
    for (std::size_t i = 0; i < times.size(); ++i) EXPECT_NEAR(times[i], fine[i], 0.1) << current;
    // Coarse steps keep its intervals.
    OneNeuron coarse = neuron("hodgkin_huxley", {}, 0.1f);
    const double gap = intervals(fine).back();
    EXPECT_NEAR(intervals(spike_times(coarse, {static_cast<float>(current)}, 100, 0.1f)).back(), gap,
                0.02 * gap);
  }
}

TEST(HodgkinHuxley, HasRatesWhereTheirFormulasAreZeroByZero) {
  // At -55 mV for n, at -40 mV for m: the middle of what is to the left and to the right.
  const auto gate = [](const char* name, float v) {
    OneNeuron cell = neuron("hodgkin_huxley", {}, 0.05f);
    cell.state("v") = v;
    cell.step({0});
    return cell.state(name);
  };
  for (const auto& [name, v] : {std::pair{"n", -55.0f}, std::pair{"m", -40.0f}})
    EXPECT_NEAR(gate(name, v), (gate(name, v - 0.25f) + gate(name, v + 0.25f)) / 2, 2e-5) << name;
}

TEST(HodgkinHuxley, FiresOnAndOnBetweenItsPublishedBifurcations) {
  // Rinzel and Miller 1980, Math. Biosci. 49:27: repetitive firing exists from 6.26 uA/cm2 on, rest loses its
  // stability in a Hopf bifurcation at 9.78 and has it again from 154.5 on.
  OneNeuron few = neuron("hodgkin_huxley", {}, 0.02f), many = neuron("hodgkin_huxley", {}, 0.02f);
  EXPECT_LE(spike_times(few, {6.1f}, 1000, 0.02f).size(), 3u);
  EXPECT_GE(spike_times(many, {6.4f}, 1000, 0.02f).size(), 45u);
  // A current that rises slowly finds rest stable beyond 6.26.
  const auto spikes_up_to = [](double most) {
    OneNeuron cell = neuron("hodgkin_huxley", {}, 0.02f);
    std::size_t spikes = 0;
    for (int ms = 0; ms < 3000; ++ms)
      spikes += spike_times(cell, {static_cast<float>(most * std::min(ms / 1500.0, 1.0))}, 1, 0.02f).size();
    return spikes;
  };
  EXPECT_EQ(spikes_up_to(9.5), 0u);
  EXPECT_GE(spikes_up_to(10.1), 20u);
  // From above, too: the oscillation about rest dies out or stays.
  const auto swing = [](float current) {
    OneNeuron cell = neuron("hodgkin_huxley", {}, 0.02f);
    spike_times(cell, {current}, 2000, 0.02f);
    float low = 100, high = -100;
    for (int t = 0; t < 1000; ++t) {
      cell.step({current});
      low = std::min(low, cell.state("v"));
      high = std::max(high, cell.state("v"));
    }
    return high - low;
  };
  EXPECT_LT(swing(160), 0.1f);
  EXPECT_GT(swing(149), 1.0f);
}

TEST(Slstm, FollowsTheGatesOfItsCell) {
  // Gates at 0 let half of everything through: syn goes to tanh(g), mem to tanh(syn) / 2.
  OneNeuron cell = neuron("slstm", {{"threshold", 0.3f}}, 1);
  double syn = 0;
  int spikes = 0;
  for (int t = 0; t < 40; ++t) {
    spikes += cell.step({0, 0, 1.2f, 0}) != 0;
    syn = 0.5 * syn + 0.5 * std::tanh(1.2);
    EXPECT_NEAR(cell.state("syn"), syn, 1e-6) << t;
    EXPECT_NEAR(cell.state("mem"), 0.5 * std::tanh(syn), 1e-6) << t;
  }
  EXPECT_GT(spikes, 30);
  // Closed input and forget gates empty it, an open forget gate keeps it.
  const float before = cell.state("syn");
  cell.step({-50, 50, 1.2f, 0});
  EXPECT_EQ(cell.state("syn"), before);
  cell.step({-50, -50, 1.2f, 0});
  EXPECT_NEAR(cell.state("syn"), 0, 1e-20);
}

TEST(Poisson, HasTheMeanAndTheIrregularityOfItsRate) {
  // Independent trials of p = 0.04: intervals of mean 1 / p, their coefficient of variation sqrt(1 - p).
  OneNeuron source = neuron("poisson", {{"rate", 80}}, 0.5f);
  const auto gaps = intervals(spike_times(source, {}, 100000, 0.5f));
  double sum = 0, squares = 0;
  for (const double gap : gaps) {
    sum += gap;
    squares += gap * gap;
  }
  const double n = static_cast<double>(gaps.size()), mean = sum / n;
  EXPECT_NEAR(mean, 12.5, 0.5) << "four standard deviations";
  EXPECT_NEAR(std::sqrt(squares / n - mean * mean) / mean, std::sqrt(0.96), 0.04);
}

}  // namespace
}  // namespace spikeloom
