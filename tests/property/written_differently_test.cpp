// The same matrix as a linear layer with zeros and as synapses in CSR: the same bits, whatever is read.
#include <gtest/gtest.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>

#include "graph/graph.h"
#include "model/build.h"
#include "property/compare.h"
#include "property/dice.h"
#include "unit/cache/own_folder.h"

namespace spikeloom::property {
namespace {

using Json = nlohmann::ordered_json;

struct Written {
  Json linear, sparse;
};

Written random_matrix(Dice& dice, std::size_t out, std::size_t in) {
  Written w;
  w.linear = {{"type", "linear"}, {"weight", Json::array()}};
  w.sparse = {{"type", "sparse"}, {"shape", {out, in}}, {"indptr", {0}}};
  w.sparse["indices"] = Json::array();
  w.sparse["weight"] = Json::array();
  const bool equal = dice.chance(0.4);
  const double one = dice.normal();
  for (std::size_t o = 0; o < out; ++o) {
    Json row = Json::array();
    for (std::size_t k = 0; k < in; ++k) {
      const bool there = dice.chance(0.3) || (o == 0 && k == 0);
      row.push_back(there ? (equal ? one : dice.normal()) : 0.0);
      if (!there) continue;
      w.sparse["indices"].push_back(k);
      w.sparse["weight"].push_back(row.back());
    }
    w.linear["weight"].push_back(row);
    w.sparse["indptr"].push_back(w.sparse["indices"].size());
  }
  return w;
}

/// An input through a layer to neurons, which read themselves through another.
RandomNetwork network(std::uint64_t seed, bool sparse) {
  Dice dice(seed);
  RandomNetwork net;
  net.steps = static_cast<std::uint32_t>(dice.between(1, 60));
  net.batch = static_cast<std::uint32_t>(dice.between(1, 3));
  const std::size_t in = dice.between(1, 90), out = dice.between(1, 150);
  NetworkInput input{.name = "x", .size = in};
  const bool spikes = dice.chance(0.5);
  for (std::size_t i = 0; i < std::size_t{net.steps} * net.batch * in; ++i)
    input.values.push_back(spikes ? static_cast<float>(dice.chance(0.2)) : static_cast<float>(dice.normal()));
  net.inputs.push_back(std::move(input));
  const Written forward = random_matrix(dice, out, in), back = random_matrix(dice, out, out);
  Json graph{{"spikeloom", 1}, {"inputs", {{"x", {{"shape", {in}}}}}}};
  Json fc = sparse ? forward.sparse : forward.linear, rec = sparse ? back.sparse : back.linear;
  fc["from"] = "x";
  rec["from"] = {{"node", "n"}, {"delay", dice.between(1, 20)}};
  graph["nodes"] = {{"fc", fc}, {"rec", rec}};
  graph["nodes"]["n"] = {{"type", "lif"}, {"from", {"fc", "rec"}}, {"beta", 0.8}};
  graph["outputs"] = {{"out", "n"}};
  net.json = graph.dump();
  return net;
}

TEST(WrittenDifferently, SynapsesInCsrHaveTheBitsOfALinearLayerWithZeros) {
  std::uint64_t spikes = 0;
  const testing::OwnFolder folder;
  std::optional<CodeCache> cache;
  if (folder.exists()) cache.emplace(*CodeCache::open(folder.path(), 4u << 20));
  for (std::uint64_t seed = 1; seed <= 18; ++seed) {
    const auto build = [](const RandomNetwork& net) {
      Report report;
      const auto graph = read_graph(net.json, "written.json", ".", {}, report);
      auto model = graph ? build_model(*graph, {}, report) : std::nullopt;
      EXPECT_TRUE(model) << report.error().text();
      return model;
    };
    const RandomNetwork dense = network(seed, false), sparse = network(seed, true);
    const auto as_linear = build(dense), as_sparse = build(sparse);
    ASSERT_TRUE(as_linear && as_sparse);
    // What the reference gave for the linear layers, against compiled code of the sparse ones.
    const Expected expected = run_reference(*as_linear, dense);
    for (const unsigned lanes : {1u, 8u, 16u}) {
      const std::string problem =
          compare(*as_sparse, sparse, expected, {.lanes = lanes}, kManners[seed % std::size(kManners)], seed,
                  cache ? &*cache : nullptr);
      ASSERT_EQ(problem, "") << "seed " << seed << ", " << lanes << " lanes";
    }
    for (std::size_t i = 0; i < expected.names.size(); ++i)
      if (expected.names[i] == "n")
        for (const float x : expected.values[i]) spikes += x != 0;
  }
  EXPECT_GT(spikes, 1000u) << "networks that stay silent show nothing";
  std::cout << spikes << " spikes\n";
}

}  // namespace
}  // namespace spikeloom::property
