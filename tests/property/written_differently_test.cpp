// A network written differently has the same bits: the same matrix as a linear layer with zeros and as
// synapses in CSR, nodes in another order, nodes in modules.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "graph/graph.h"
#include "model/build.h"
#include "property/compare.h"
#include "property/dice.h"
#include "property/random_modules.h"
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

std::optional<Model> build(const RandomNetwork& net, std::string& problem) {
  Report report;
  const auto graph = read_graph(net.json, "written.json", ".", {}, report);
  auto model = graph ? build_model(*graph, {}, report) : std::nullopt;
  if (!model) problem = report.error().text();
  return model;
}

/// Random numbers of a node follow from its full path, so a node that draws some may not move.
bool draws(const Model& model) {
  for (const ModelNode& node : model.nodes)
    if (const auto* p = std::get_if<Population>(&node.kind))
      for (const auto* nodes : {&p->cell.setup, &p->cell.nodes})
        for (const ExprNode& n : *nodes)
          if (n.op == Op::Uniform || n.op == Op::Normal) return true;
  return false;
}

RandomNetwork shuffled(RandomNetwork net, Dice& dice) {
  Json graph = Json::parse(net.json);
  std::vector<std::pair<std::string, Json>> nodes;
  for (const auto& [name, node] : graph["nodes"].items()) nodes.emplace_back(name, node);
  for (std::size_t i = nodes.size(); i > 1; --i) std::swap(nodes[i - 1], nodes[dice.below(i)]);
  graph["nodes"] = Json::object();
  for (const auto& [name, node] : nodes) graph["nodes"][name] = node;
  net.json = graph.dump(1);
  return net;
}

RandomNetwork with_modules(RandomNetwork net, Dice& dice) {
  Json graph = Json::parse(net.json);
  for (std::size_t i = dice.between(1, 3); i > 0; --i)
    move_into_module(dice, graph, "mod" + std::to_string(i), dice.chance(0.3));
  net.json = graph.dump(1);
  return net;
}

/// What each signal of the file gave, by the name that it has outside modules; of several uses the first.
std::map<std::string, std::vector<float>> by_name(const Expected& expected) {
  std::map<std::string, std::vector<float>> all;
  for (std::size_t i = 0; i < expected.names.size(); ++i) {
    const std::string& name = expected.names[i];
    if (name.find("-2/") == std::string::npos)
      all.emplace(name.substr(name.rfind('/') + 1), expected.values[i]);
  }
  return all;
}

TEST(WrittenDifferently, NodesInAnotherOrderAndInModulesHaveTheBitsOfThePlainGraph) {
  std::uint64_t networks = 0, signals = 0, in_modules = 0;
  for (std::uint64_t seed = 1; networks < 60; ++seed) {
    ASSERT_LT(seed, 1000u);
    RandomNetwork plain = random_network(seed);
    if (plain.json.find("\"modules\"") != std::string::npos) continue;
    std::string problem;
    const auto model = build(plain, problem);
    if (!model || draws(*model)) continue;
    ++networks;
    Dice dice(seed);
    const auto want = by_name(run_reference(*model, plain));
    for (const bool modules : {false, true}) {
      const RandomNetwork other = modules ? with_modules(plain, dice) : shuffled(plain, dice);
      const auto rebuilt = build(other, problem);
      ASSERT_TRUE(rebuilt) << "seed " << seed << "\n" << problem << other.json;
      const auto got = by_name(run_reference(*rebuilt, other));
      in_modules += rebuilt->uses.size();
      for (const auto& [name, values] : want) {
        if (name.find('~') != std::string::npos) continue;
        const auto found = got.find(name);
        ASSERT_NE(found, got.end()) << "seed " << seed << ": " << name << "\n" << other.json;
        ASSERT_EQ(found->second.size(), values.size());
        ++signals;
        for (std::size_t i = 0; i < values.size(); ++i)
          ASSERT_TRUE(std::bit_cast<std::uint32_t>(values[i]) ==
                          std::bit_cast<std::uint32_t>(found->second[i]) ||
                      (std::isnan(values[i]) && std::isnan(found->second[i])))
              << "seed " << seed << ": " << name << " at " << i << "\n"
              << other.json;
      }
    }
  }
  EXPECT_GT(in_modules, 100u);
  std::cout << networks << " networks, " << signals << " signals, " << in_modules << " uses of modules\n";
}

}  // namespace
}  // namespace spikeloom::property
