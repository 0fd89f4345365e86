// Random legal networks: the compiled program equals the reference bit for bit, for every vector width, for a
// CPU without fused multiply-add, however the steps are cut, and wherever the code comes from.
//   SPIKELOOM_PROPERTY_COUNT   networks to draw (default: as many as fit in 20 s)
//   SPIKELOOM_PROPERTY_SEED    the first seed (default 1)

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>

#include "graph/graph.h"
#include "model/build.h"
#include "property/compare.h"
#include "unit/cache/own_folder.h"

namespace spikeloom::property {
namespace {

std::uint64_t from_environment(const char* name, std::uint64_t fallback) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtoull(text, nullptr, 10) : fallback;
}

struct Machine {
  const char* name;
  Target target;
};

const Machine kMachines[] = {
    {"1 lane", {.lanes = 1}},    {"4 lanes", {.lanes = 4}},           {"8 lanes", {.lanes = 8}},
    {"16 lanes", {.lanes = 16}}, {"x86-64-v2", {.cpu = "x86-64-v2"}},
};

TEST(RandomNetworks, CompiledCodeFollowsTheReference) {
  const std::uint64_t count = from_environment("SPIKELOOM_PROPERTY_COUNT", 0);
  const std::uint64_t first = from_environment("SPIKELOOM_PROPERTY_SEED", 1);
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::uint64_t ran = 0, declined = 0, seed = first, nodes = 0;
  const testing::OwnFolder folder;
  std::optional<CodeCache> cache;  // one for all networks: none may find another's code
  if (folder.exists()) cache.emplace(*CodeCache::open(folder.path(), 4u << 20));
  for (; count ? ran < count : std::chrono::steady_clock::now() < until; ++seed) {
    const RandomNetwork net = random_network(seed);
    Report report;
    const auto graph = read_graph(net.json, "random.json", ".", {}, report);
    const auto model = graph ? build_model(*graph, {}, report) : std::nullopt;
    if (!model) {
      ASSERT_LT(++declined, 20 + 2 * ran) << "most networks are refused: seed " << seed << "\n"
                                          << report.error().text();
      continue;
    }
    const Expected expected = run_reference(*model, net);
    std::size_t turn = seed;
    for (const Machine& machine : kMachines) {
      const Manner manner = kManners[turn++ % std::size(kManners)];
      const std::string problem =
          compare(*model, net, expected, machine.target, manner, seed, cache ? &*cache : nullptr);
      if (!problem.empty()) {
        const std::string file = "property-" + std::to_string(seed) + ".json";
        std::ofstream(file) << net.json;
        FAIL() << "seed " << seed << ", " << machine.name << ", " << name_of(manner) << ": " << problem
               << "\nagain: SPIKELOOM_PROPERTY_SEED=" << seed
               << " SPIKELOOM_PROPERTY_COUNT=1; the network is in " << file;
      }
    }
    ++ran;
    nodes += model->nodes.size();
  }
  std::cout << ran << " networks (seeds " << first << " to " << seed - 1 << ", " << declined
            << " refused by the checker), " << nodes << " nodes, " << std::size(kMachines)
            << " targets each: every bit equal\n";
  EXPECT_GT(ran, 0u);
}

}  // namespace
}  // namespace spikeloom::property
