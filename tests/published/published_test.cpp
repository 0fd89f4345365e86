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
  std::printf("| `%s` | %.2f (%.2f) | %.3f (%.3f) | %.3g (%.2g) | %.0f (%.0f) |\n", name.c_str(), s.mean.rate,
              s.deviation.rate, s.mean.cv, s.deviation.cv, s.mean.fano, s.deviation.fano, s.mean.frequency,
              s.deviation.frequency);
  return s;
}

// Vogels and Abbott 2005, J. Neurosci. 25:10786, as benchmark 2 of Brette et al. 2007, J. Comput. Neurosci.
// 23:349: irregular activity that keeps itself up.
TEST(Cuba, FiresIrregularlyAtFiveToSixHertz) {
  const Spread s = run_seeds("cuba/network.json", 2000, 10000);
  EXPECT_GT(s.mean.rate, 5);
  EXPECT_LT(s.mean.rate, 6);
  EXPECT_GT(s.mean.cv, 0.4);
}

// Brunel 2000, J. Comput. Neurosci. 8:183, figure 8 and table 1: what was simulated there with 12 500
// neurons. Rates are of neurons; global oscillations have the frequency of table 1.
TEST(Brunel, AIsSynchronousAndRegular) {
  const Spread s = run_seeds("brunel/a.json", 1000, 2000);
  EXPECT_LT(s.mean.cv, 0.1) << "regular";
  EXPECT_GT(s.mean.fano, 100) << "almost all neurons at once";
  EXPECT_GT(s.mean.rate, 200) << "near 1 / (refractory period + delay)";
  EXPECT_LT(s.mean.rate, 500);
}

TEST(Brunel, BOscillatesFastWhileNeuronsFireIrregularly) {
  const Spread s = run_seeds("brunel/b.json", 1000, 2000);
  EXPECT_NEAR(s.mean.rate, 60.7, 2.5);
  EXPECT_GT(s.mean.cv, 0.5);
  EXPECT_NEAR(s.mean.frequency, 180, 20);
  EXPECT_GT(s.mean.fano, 10);
}

TEST(Brunel, CIsStationaryAndIrregular) {
  const Spread s = run_seeds("brunel/c.json", 1000, 3000);
  EXPECT_NEAR(s.mean.rate, 37.7, 1);
  EXPECT_GT(s.mean.cv, 0.3);
}

TEST(Brunel, DOscillatesSlowlyWhileNeuronsFireRarely) {
  const Spread s = run_seeds("brunel/d.json", 2000, 8000);
  EXPECT_NEAR(s.mean.rate, 5.5, 0.6);
  EXPECT_GT(s.mean.cv, 0.4);
  EXPECT_NEAR(s.mean.frequency, 22, 8);
}

}  // namespace
}  // namespace spikeloom::published
