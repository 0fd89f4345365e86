// Networks of many nodes, modules and drawn synapses, as a user handles them.
#include <chrono>
#include <iostream>

#include "cli/command.h"

namespace spikeloom::cli_test {
namespace {

TEST_F(Command, RunCountsTheSpikesOfNeuronsAndNotOfPartsThatSynapsesRead) {
  const std::string net = write("net.json", R"({ "spikeloom": 1, "dt": 1, "inputs": { "x": { "shape": [4] } },
    "nodes": {
      "cells": { "type": "lif", "from": ["x", "back"], "beta": 0.9 },
      "back": { "type": "sparse", "from": "cells[0:2]", "shape": [4, 2], "rule": "all_to_all", "weight": 0.5, "delay": 1 } },
    "outputs": { "spikes": "cells" } })");
  const std::string data = write("x.npy", npy("<f4", {3, 4}, std::vector<double>(12, 1.5)));
  const Outcome outcome =
      run({"run", net, "--input", data, "--out", path("out"), "--plot", path("out/raster.svg")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(has(outcome.err, "cells   4 neurons   12 spikes")) << outcome.err;
  EXPECT_FALSE(has(read("out/run.json"), "~")) << read("out/run.json");
  const Outcome told = run({"describe", net});
  EXPECT_TRUE(has(told.out + told.err, "reads cells[0:2] 1 step ago")) << told.out;
}

TEST_F(Command, RecordsNodesInsideModulesByTheirPathAndOutputsOfUses) {
  const std::string net = write("net.json", R"({ "spikeloom": 1, "inputs": { "x": { "shape": [2] } },
    "modules": { "block": { "inputs": { "i": {} },
      "nodes": { "lif": { "type": "lif", "from": "i", "beta": 0.5 } }, "outputs": { "spikes": "lif", "membrane": "lif.mem" } } },
    "nodes": { "a": { "type": "block", "from": "x" }, "b": { "type": "block", "from": "a.spikes" } },
    "outputs": { "out": "b.spikes" } })");
  const std::string data = write("x.npy", npy("<f4", {3, 2}, {0.75, 0.5, 0.75, 0.5, 0.75, 0.5}));
  const Outcome outcome =
      run({"run", net, "--input", data, "--record", "a/lif.mem,b.membrane", "--out", path("out")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(array("out/a.lif.mem.npy").floats(),
            (std::vector<float>{0.75f, 0.5f, 1.125f, 0.75f, 0.3125f, 0.875f}));
  EXPECT_EQ(array("out/b.lif.mem.npy").floats()[2], 1.0f);
  if (!kHasCodeGenerator) return;
  EXPECT_EQ(run({"verify", net, "--input", data}).code, 0);
}

/// Blocks of three nodes one behind the other, each with a loop in it and a branch around it.
std::string blocks(int count, bool modules) {
  const std::string body =
      R"("fc": { "type": "linear", "from": "@", "weight": { "random": "normal", "std": 0.3, "seed": 1, "shape": [16, 16] } },
    "cell": { "type": "lif", "from": ["fc", { "node": "cell", "delay": 1 }], "beta": 0.9 },
    "sum": { "type": "add", "from": ["cell", "@"] })";
  const auto replaced = [](std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
    return text;
  };
  std::string graph = R"({ "spikeloom": 1, "inputs": { "x": { "shape": [16] } }, )";
  if (modules)
    graph += R"("modules": { "block": { "inputs": { "i": {} }, "nodes": { )" + replaced(body, "@", "i") +
             R"( }, "outputs": { "y": "sum" } } }, )";
  graph += "\"nodes\": { ";
  std::string before = "x";
  for (int i = 0; i < count; ++i) {
    const std::string name = "b" + std::to_string(i);
    if (i > 0) graph += ",\n";
    if (modules) {
      graph += "\"" + name + R"(": { "type": "block", "from": ")" + before + "\" }";
      before = name;
      continue;
    }
    std::string nodes = replaced(body, "@", before);
    for (const char* node : {"fc", "cell", "sum"})
      nodes = replaced(nodes, "\"" + std::string(node) + "\"", "\"" + name + node + "\"");
    graph += nodes;
    before = name + "sum";
  }
  return graph + " }, \"outputs\": { \"out\": \"" + before + "\" } }";
}

TEST_F(Command, HandlesAThousandNodesWrittenOutOrInModules) {
  std::vector<double> values;
  for (int i = 0; i < 5 * 16; ++i) values.push_back((i * 37 % 101) / 80.0);
  const std::string data = write("x.npy", npy("<f4", {5, 16}, values));
  for (const bool modules : {false, true}) {
    const std::string net = write(modules ? "modules.json" : "plain.json", blocks(334, modules));
    const std::string out = path(modules ? "modules" : "plain");
    std::vector<std::vector<std::string>> commands = {
        {"check", net}, {"describe", net}, {"describe", net, "--dot"}};
    commands.push_back({"run", net, "--input", data, "--out", out, "--engine", "reference"});
    if (kHasCodeGenerator) commands.push_back({"run", net, "--input", data, "--out", out + "-jit"});
    for (const auto& command : commands) {
      const auto before = std::chrono::steady_clock::now();
      const Outcome outcome = run(command);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - before;
      ASSERT_EQ(outcome.code, 0) << outcome.err;
      std::cout << command[0] << (modules ? " of modules: " : ": ") << took.count() << " s\n";
      EXPECT_LT(took.count(), 60) << command[0] << ": a second or two is usual";
    }
  }
  EXPECT_EQ(read("modules/out.npy"), read("plain/out.npy"));
  if (!kHasCodeGenerator) return;
  EXPECT_EQ(read("plain-jit/out.npy"), read("plain/out.npy"));
  EXPECT_EQ(read("modules-jit/out.npy"), read("plain/out.npy"));
}

}  // namespace
}  // namespace spikeloom::cli_test
