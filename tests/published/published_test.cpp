// The networks of graphs/ that are known from papers do what the papers say.
//   SPIKELOOM_SEEDS   how many random networks of each kind to run (default 1)
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "published/activity.h"
#include "spikeloom/compiler.h"

namespace spikeloom::published {
namespace {

int seeds() {
  const char* text = std::getenv("SPIKELOOM_SEEDS");
  return text && *text ? std::atoi(text) : 1;
}

/// The graph with every seed in it, of synapses, initial values and noise, moved by 100 `turn`.
std::string graph_text(const std::string& name, int turn) {
  std::ifstream file(std::filesystem::path(SPIKELOOM_SOURCE_DIR) / "graphs" / name);
  std::ostringstream text;
  text << file.rdbuf();
  std::string graph = text.str();
  const std::string key = "\"seed\": ";
  for (std::size_t at = 0; (at = graph.find(key, at)) != std::string::npos;) {
    at += key.size();
    std::size_t end = at;
    while (end < graph.size() && graph[end] >= '0' && graph[end] <= '9') ++end;
    graph.replace(at, end - at, std::to_string(std::stoi(graph.substr(at, end - at)) + 100 * turn));
  }
  return graph;
}

Statistics run(const std::string& name, int turn, std::uint64_t transient, std::uint64_t steps) {
  const auto program = compile_text(graph_text(name, turn), ".");
  EXPECT_TRUE(program.ok()) << program.error().text();
  auto session = Session::create(*program);
  EXPECT_TRUE(session.ok()) << session.error().text();
  Activity activity(transient);
  EXPECT_TRUE(session->record("cells", activity).ok());
  EXPECT_TRUE(session->run(transient + steps, {}).ok());
  EXPECT_TRUE(session->finish_recording().ok());
  return activity.statistics();
}

/// Mean and standard deviation over seeds, printed as one row of the README.
struct Spread {
  Statistics mean, deviation;
};

Spread run_seeds(const std::string& name, std::uint64_t transient, std::uint64_t steps) {
  std::vector<Statistics> all;
  for (int turn = 0; turn < seeds(); ++turn) all.push_back(run(name, turn, transient, steps));
  Spread s;
  const auto n = static_cast<double>(all.size());
  for (double Statistics::* of :
       {&Statistics::rate, &Statistics::cv, &Statistics::fano, &Statistics::frequency}) {
    for (const Statistics& one : all) s.mean.*of += one.*of / n;
    for (const Statistics& one : all)
      s.deviation.*of += (one.*of - s.mean.*of) * (one.*of - s.mean.*of) / std::fmax(n - 1, 1);
    s.deviation.*of = std::sqrt(s.deviation.*of);
  }
  std::printf("| `%s` | %.2f (%.2f) | %.3f (%.3f) | %.4g (%.2g) | %.0f (%.0f) |\n", name.c_str(), s.mean.rate,
              s.deviation.rate, s.mean.cv, s.deviation.cv, s.mean.fano, s.deviation.fano, s.mean.frequency,
              s.deviation.frequency);
  return s;
}

/// What a mean over seeds may be.
struct Expected {
  double Statistics::* measure;
  const char* name;
  double value, within;
  const char* source;
};

struct Regime {
  const char* name;
  const char* graph;
  std::uint64_t transient, steps;
  std::vector<Expected> expected;
};

constexpr auto kRate = &Statistics::rate, kCv = &Statistics::cv, kFano = &Statistics::fano,
               kFrequency = &Statistics::frequency;

// Where a paper gives a number it is that one, within three standard deviations of ours over ten seeds; where
// it gives words or a figure alone, it is our mean over ten seeds, within as much (README.md).
const char* const kBrette = "Brette et al. 2007, J. Comput. Neurosci. 23:349, benchmark 2";
const char* const kTable = "Brunel 2000, J. Comput. Neurosci. 8:183, table 1";
const char* const kOurs = "mean of ten seeds";

const Regime kRegimes[] = {
    // Vogels and Abbott 2005, J. Neurosci. 25:10786: irregular activity that keeps itself up.
    {"CubaFiresIrregularlyAtFiveToSixHertz",
     "cuba/network.json",
     2000,
     10000,
     {{kRate, "rate in Hz", 5.5, 0.5, kBrette},
      {kCv, "CV", 0.537, 0.036, kOurs},
      {kFano, "synchrony", 2.41, 1.11, kOurs}}},
    // Brunel 2000, figure 8: what was simulated there with 12 500 neurons.
    {"BrunelAIsSynchronousAndRegular",
     "brunel/a.json",
     1000,
     2000,
     {{kRate, "rate in Hz", 332.5, 0.4, kOurs},
      {kCv, "CV", 0, 0.01, kOurs},
      {kFano, "synchrony", 2100, 54, kOurs},
      {kFrequency, "frequency in Hz", 334, 2, kOurs}}},
    {"BrunelBOscillatesFastWhileNeuronsFireIrregularly",
     "brunel/b.json",
     1000,
     2000,
     {{kRate, "rate in Hz", 60.7, 1.7, kTable},
      {kCv, "CV", 0.711, 0.159, kOurs},
      {kFano, "synchrony", 615, 258, kOurs},
      {kFrequency, "frequency in Hz", 180, 18, kTable}}},
    {"BrunelCIsStationaryAndIrregular",
     "brunel/c.json",
     1000,
     3000,
     {{kRate, "rate in Hz", 37.7, 0.84, kTable},
      {kCv, "CV", 0.377, 0.012, kOurs},
      {kFano, "synchrony", 131, 51, kOurs}}},
    {"BrunelDOscillatesSlowlyWhileNeuronsFireRarely",
     "brunel/d.json",
     2000,
     8000,
     {{kRate, "rate in Hz", 5.5, 1.3, kTable},
      {kCv, "CV", 0.482, 0.021, kOurs},
      {kFano, "synchrony", 242, 120, kOurs},
      {kFrequency, "frequency in Hz", 22, 9, kTable}}},
};

class Published : public testing::TestWithParam<Regime> {};

TEST_P(Published, HasItsRateItsIrregularityAndItsSynchrony) {
  const Regime& regime = GetParam();
  const Spread s = run_seeds(regime.graph, regime.transient, regime.steps);
  for (const Expected& e : regime.expected)
    EXPECT_NEAR(s.mean.*e.measure, e.value, e.within) << e.name << ": " << e.source;
}

INSTANTIATE_TEST_SUITE_P(Regimes, Published, testing::ValuesIn(kRegimes),
                         [](const auto& regime) { return regime.param.name; });

}  // namespace
}  // namespace spikeloom::published
