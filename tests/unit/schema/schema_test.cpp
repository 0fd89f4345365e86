#include "schema/schema.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "unit/model/networks.h"
#include "unit/schema/accepts.h"

namespace spikeloom {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

bool schema_accepts(const Json& graph) {
  static const Json schema = Json::parse(json_schema());
  return SchemaCheck(schema).accepts(graph);
}

bool loader_accepts(const std::string& text, const fs::path& folder = ".") {
  Report report;
  const auto graph = read_graph(text, "net.json", folder, {}, report);
  return graph && build_model(*graph, {}, report).has_value();
}

TEST(Schema, InTheTreeIsTheOneThatIsMade) {
  const fs::path path = fs::path(SPIKELOOM_SOURCE_DIR) / "graphs" / "schema.json";
  EXPECT_TRUE(read(path) == json_schema()) << "run: spikeloom schema > graphs/schema.json";
}

TEST(Schema, AcceptsEveryGraphThatShips) {
  std::size_t graphs = 0;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(SPIKELOOM_SOURCE_DIR) / "graphs")) {
    const fs::path& path = entry.path();
    if (path.extension() != ".json" || path.filename() == "schema.json") continue;
    const Json content = Json::parse(read(path), nullptr, false);
    if (!content.is_object() || !content.contains("spikeloom")) continue;
    ++graphs;
    EXPECT_TRUE(schema_accepts(content)) << path;
    EXPECT_TRUE(loader_accepts(read(path), path.parent_path())) << path;
  }
  EXPECT_GE(graphs, 8u);
}

TEST(Schema, AcceptsTheNeuronsThatShipAsAGraphsOwn) {
  for (const auto& entry : fs::directory_iterator(fs::path(SPIKELOOM_SOURCE_DIR) / "graphs" / "neurons")) {
    if (entry.path().extension() != ".json") continue;
    const Json graph{{"spikeloom", 1},
                     {"nodes", {{"n", {{"type", "mine"}, {"from", "n"}}}}},
                     {"neurons", {{"mine", Json::parse(read(entry.path()))}}}};
    EXPECT_TRUE(schema_accepts(graph)) << entry.path();
  }
}

/// A graph with one node "n" that reads the input "x" of 4 values.
Json with_node(const std::string& node) {
  return {{"spikeloom", 1}, {"inputs", {{"x", {{"shape", {4}}}}}}, {"nodes", {{"n", Json::parse(node)}}}};
}

TEST(Schema, AcceptsWhatTheLoaderAccepts) {
  for (
      const char* node :
      {R"({ "type": "linear", "from": ["x", { "node": "n", "delay": 2.0 }], "weight": { "random": "normal", "seed": 1, "shape": [4, 4] } })",
       R"({ "type": "linear", "from": "x", "weight": [[1, 2, 3, 4]], "bias": 1, "label": "any ☃" })",
       R"({ "type": "lif", "from": "x", "tau_mem": 20, "threshold": [1, 2, 3, 4], "reset": "zero", "reset_delay": false })",
       R"({ "type": "lif", "from": { "input": "x" }, "beta": 1.5, "inhibition": true, "graded": [1, 2, 3, 4] })",
       R"({ "type": "lif", "from": "x", "beta": 0.5, "refractory": 3, "initial": { "mem": 1, "spk": 1, "refractory": 2 } })",
       R"({ "type": "synaptic", "from": "x[0:4]", "alpha": 0.5, "tau_mem": 5, "quantize": { "num_bits": 4, "uniform": false } })",
       R"({ "type": "li", "from": "x", "beta": 0.5, "inhibition": false, "shape": [4] })",
       R"({ "type": "lapicque", "from": "x", "beta": 0.5, "R": 2 })",
       R"({ "type": "delay", "from": "x", "steps": [0, 1, 2, 3] })",
       R"({ "type": "concat", "from": ["x", "x"], "axis": -1 })",
       R"({ "type": "reshape", "from": "x", "shape": [2, -1] })",
       R"({ "type": "dropout", "from": "x", "p": 0.2 })"}) {
    Json graph = with_node(node);
    graph["dt"] = 1;
    EXPECT_TRUE(loader_accepts(graph.dump())) << node;
    EXPECT_TRUE(schema_accepts(graph)) << node;
  }
}

TEST(Schema, RefusesOnlyWhatTheLoaderRefuses) {
  for (const char* node :
       {R"({ "from": "x" })",
        R"({ "type": "linear", "from": "x" })",
        R"({ "type": "linear", "weight": [[1, 1, 1, 1]] })",
        R"({ "type": "lif", "from": "x" })",
        R"({ "type": "lif", "from": "x", "beta": 0.5, "reset": "zeros" })",
        R"({ "type": "lif", "from": "x", "beta": 0.5, "reset": true })",
        R"({ "type": "lif", "from": "x", "beta": 0.5, "reset_delay": "false" })",
        R"({ "type": "lif", "from": "x", "beta": true })",
        R"({ "type": "lif", "from": "x", "beta": 0.5, "theta": 1 })",
        R"({ "type": "lif", "from": [], "beta": 0.5 })",
        R"({ "type": "lif", "from": "x.", "beta": 0.5 })",
        R"({ "type": "lif", "from": { "node": "x", "delay": -1 }, "beta": 0.5 })",
        R"({ "type": "lif", "from": { "node": "x", "delay": 1, "delay_ms": 1 }, "beta": 0.5 })",
        R"({ "type": "lif", "from": { "port": "x" }, "beta": 0.5 })",
        R"({ "type": "lif", "from": {}, "beta": 0.5 })",
        R"({ "type": "lif", "from": "x", "beta": 0.5, "quantize": { "num_bits": 17 } })",
        R"({ "type": "lif", "from": "x", "beta": 0.5, "initial": { "syn": 1 } })",
        R"({ "type": "lif", "from": "x", "beta": 0.5, "shape": [0] })",
        R"({ "type": "lif", "from": "x", "beta": 0.5, "plasticity": {} })",
        R"({ "type": "li", "from": "x", "beta": 0.5, "graded": 1 })",
        R"({ "type": "li", "from": "x", "beta": 0.5, "inhibition": true })",
        R"({ "type": "li", "from": "x", "beta": 0.5, "refractory": 0 })",
        R"({ "type": "li", "from": "x", "beta": 0.5, "reset": "zero" })",
        R"({ "type": "lapicque", "from": "x", "C": 0.5 })",
        R"({ "type": "flatten", "from": "x", "start_dim": 9 })",
        R"({ "type": "dropout", "from": "x", "p": 2 })",
        R"({ "type": "relu", "from": "x", "weight": 1 })",
        R"({ "type": "scale", "from": "x", "scale": { "random": "cauchy", "seed": 1, "shape": [4] } })"}) {
    const Json graph = with_node(node);
    EXPECT_FALSE(schema_accepts(graph)) << node;
    EXPECT_FALSE(loader_accepts(graph.dump())) << node;
  }
}

TEST(Schema, KnowsModulesAsFarAsTheirTextGoes) {
  Json graph = with_node(R"({ "type": "block", "from": { "in": "x" }, "with": { "w": 2 }, "label": "one" })");
  graph["modules"]["block"] = Json::parse(
      R"({ "label": "a part", "inputs": { "in": { "shape": [4], "label": "what it reads" } },
           "nodes": { "s": { "type": "scale", "from": "in", "scale": "w" } }, "outputs": { "y": "s" } })");
  EXPECT_TRUE(loader_accepts(graph.dump()));
  EXPECT_TRUE(schema_accepts(graph));
  for (
      const char* bad :
      {R"({})", R"(3)", R"({ "nodes": {} })", R"({ "nodes": { "r": { "type": "relu" } } })",
       R"({ "nodes": { "r": { "type": "relu", "from": "x" } }, "input": {} })",
       R"({ "inputs": { "x": [4] }, "nodes": { "r": { "type": "relu", "from": "x" } } })",
       R"({ "inputs": ["x"], "nodes": { "r": { "type": "relu", "from": "x" } } })",
       R"({ "inputs": { "x": {} }, "nodes": { "r": { "type": "relu", "from": "x" } }, "outputs": ["r"] })"}) {
    graph["modules"]["block"] = Json::parse(bad);
    EXPECT_FALSE(schema_accepts(graph)) << bad;
    EXPECT_FALSE(loader_accepts(graph.dump())) << bad;
  }
}

TEST(Schema, AcceptsTheBadExamplesThatOnlyWarn) {
  std::size_t accepted = 0, refused = 0;
  const fs::path cases = fs::path(SPIKELOOM_SOURCE_DIR) / "tests" / "errors" / "cases";
  for (const auto& entry : fs::directory_iterator(cases)) {
    if (entry.path().extension() != ".json") continue;
    const std::string text = read(entry.path());
    const Json content = Json::parse(text, nullptr, false);
    const bool fits = content.is_object() && schema_accepts(content);
    if (!loader_accepts(text, cases)) {
      refused += fits ? 0 : 1;
      continue;
    }
    ++accepted;
    EXPECT_TRUE(fits) << entry.path();
  }
  EXPECT_GE(accepted, 1u);
  EXPECT_GE(refused, 30u) << "an editor finds many of the mistakes";
}

TEST(Schema, HoldsForTheTopOfAFile) {
  const Json good = with_node(R"({ "type": "relu", "from": "x" })");
  ASSERT_TRUE(schema_accepts(good) && loader_accepts(good.dump()));
  Json for_editors = good;
  for_editors["$schema"] = "../schema.json";
  EXPECT_TRUE(schema_accepts(for_editors) && loader_accepts(for_editors.dump()));
  const auto refused = [&](const char* pointer, const Json& value) {
    Json bad = good;
    bad[Json::json_pointer(pointer)] = value;
    EXPECT_FALSE(schema_accepts(bad)) << bad;
    EXPECT_FALSE(loader_accepts(bad.dump())) << bad;
  };
  refused("/$schema", 7);
  refused("/spikeloom", 2);
  refused("/dt", 0);
  refused("/seed", -1);
  refused("/seed", 1.5);
  refused("/name", 3);
  refused("/layers", Json::object());
  refused("/nodes", Json::object());
  refused("/nodes/a b", Json{{"type", "relu"}, {"from", "x"}});
  refused("/inputs/x/shape", Json::array());
  refused("/inputs/x/time", "sometimes");
  refused("/outputs", Json{{"o", 3}});
  refused("/neurons", Json{{"lif", Json{{"update", "v = input"}, {"output", "v"}}}});
  refused("/neurons", Json{{"mine", Json{{"update", "v = input"}}}});
}

}  // namespace
}  // namespace spikeloom
