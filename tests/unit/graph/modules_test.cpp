// Modules: where their nodes come to stand and what they read.
#include <gtest/gtest.h>

#include "graph/graph.h"

namespace spikeloom {
namespace {

std::unique_ptr<Graph> read_modules(std::string_view text, Report& report, const GraphOptions& options = {}) {
  return read_graph(text, "net.json", ".", options, report);
}

const GraphNode* find(const Graph& graph, const std::string& name) {
  for (const GraphNode& node : graph.nodes)
    if (node.name == name) return &node;
  return nullptr;
}

constexpr const char* kNested = R"({ "spikeloom": 1,
  "modules": {
    "block": { "inputs": { "x": {}, "y": {} },
      "nodes": { "a": { "type": "relu", "from": ["x", { "node": "y[1:3]", "delay": 2 }] },
                 "b": { "type": "scale", "from": "a", "scale": "gain" } },
      "outputs": { "all": "b", "some": "b[2:6]" } },
    "pair": { "inputs": { "in": {} },
      "nodes": { "one": { "type": "block", "from": { "x": "in", "y": ["in", "in"] }, "with": { "gain": "outer" } },
                 "two": { "type": "block", "from": { "x": "one.some[1:3]", "y": "in" }, "with": { "gain": 2 } } },
      "outputs": { "y": "two.all" } } },
  "inputs": { "x": { "shape": [9] } },
  "nodes": { "p": { "type": "pair", "from": { "node": "x[2:8]", "delay": 3 }, "with": { "outer": "g.npy" }, "label": "first" },
             "end": { "type": "relu", "from": ["p", "p/one.some[0:1]", "p/one/a"] } },
  "outputs": { "o": "p" } })";

TEST(Modules, StandWhereTheyAreUsedUnderThePathOfTheUse) {
  Report report;
  const auto graph = read_modules(kNested, report);
  ASSERT_TRUE(graph);
  ASSERT_EQ(report.error().text(), "");
  std::vector<std::string> names;
  for (const GraphNode& node : graph->nodes) names.push_back(node.name);
  EXPECT_EQ(names, (std::vector<std::string>{"p/one/y", "p/one/a", "p/one/b", "p/two/a", "p/two/b", "end"}));
  ASSERT_EQ(graph->uses.size(), 3u);
  EXPECT_EQ(graph->uses[0].name + " " + graph->uses[0].module + " " + graph->uses[0].label, "p pair first");
  EXPECT_EQ(graph->uses[2].name + " " + graph->uses[2].module, "p/two block");
  EXPECT_EQ(graph->outputs[0].reference.node, "p/two/b");
}

TEST(Modules, ReadWhatTheirInputsAreGivenWithBothDelaysAndBothSlices) {
  Report report;
  const auto graph = read_modules(kNested, report);
  ASSERT_TRUE(graph && report.ok());
  const auto& of_one = find(*graph, "p/one/a")->from[0].references;
  EXPECT_EQ(of_one[0].node, "x");
  EXPECT_EQ(of_one[0].delay, 3u);
  EXPECT_EQ(of_one[0].slice, (std::pair<std::size_t, std::size_t>{2, 8}));
  EXPECT_EQ(of_one[1].node, "p/one/y") << "a list is summed first";
  EXPECT_EQ(of_one[1].delay, 2u);
  const GraphNode& sum = *find(*graph, "p/one/y");
  EXPECT_TRUE(sum.is_sum);
  EXPECT_EQ(sum.from[0].references.size(), 2u);
  const auto& of_two = find(*graph, "p/two/a")->from[0].references;
  EXPECT_EQ(of_two[0].node, "p/one/b");
  EXPECT_EQ(of_two[0].slice, (std::pair<std::size_t, std::size_t>{3, 5}));
  EXPECT_EQ(of_two[1].node, "x");
  EXPECT_EQ(of_two[1].delay, 5u);
  EXPECT_EQ(of_two[1].slice, (std::pair<std::size_t, std::size_t>{3, 5}));
  const auto& end = find(*graph, "end")->from[0].references;
  EXPECT_EQ(end[1].node, "p/one/b");
  EXPECT_EQ(end[1].slice, (std::pair<std::size_t, std::size_t>{2, 3}));
  EXPECT_EQ(end[2].node, "p/one/a");
}

TEST(Modules, KnowTensorsByNamesThatAreGivenFromOutsideIn) {
  Report report;
  const auto graph = read_modules(kNested, report);
  ASSERT_TRUE(graph && report.ok());
  const GraphNode &one = *find(*graph, "p/one/b"), &two = *find(*graph, "p/two/b");
  EXPECT_EQ(one.place, two.place);
  EXPECT_EQ(graph->tensor_meant(one.place.find("scale"), one.use).string(), "g.npy");
  EXPECT_EQ(graph->tensor_meant(two.place.find("scale"), two.use).number(), 2);
  EXPECT_EQ(graph->tensor_meant(one.place.find("scale"), -1).string(), "gain");
}

/// Modules that use each other four times: 4^levels nodes.
std::string doubling(int levels) {
  std::string text =
      R"({"spikeloom": 1, "inputs": {"x": {"shape": [1]}}, "modules": {"m0": {"inputs": {"x": {}}, "nodes": {"r": {"type": "relu", "from": "x"}}})";
  for (int i = 1; i <= levels; ++i) {
    text += ", \"m" + std::to_string(i) + R"(": {"inputs": {"x": {}}, "nodes": {)";
    for (int k = 0; k < 4; ++k)
      text += std::string(k ? ", " : "") + "\"n" + std::to_string(k) + R"(": {"type": "m)" +
              std::to_string(i - 1) + R"(", "from": "x"})";
    text += "}}";
  }
  return text + R"(}, "nodes": {"n": {"type": "m)" + std::to_string(levels) + R"(", "from": "x"}}})";
}

TEST(Modules, AreMeasuredBeforeTheyAreExpanded) {
  for (const int levels : {4, 8, 15}) {
    Report report;
    const auto graph = read_modules(doubling(levels), report);
    ASSERT_TRUE(graph);
    EXPECT_EQ(report.ok(), levels == 4 || levels == 8) << levels;
    EXPECT_LE(graph->nodes.size(), 100000u);
    if (levels < 9) {
      EXPECT_EQ(graph->nodes.size(), std::size_t{1} << (2 * levels));
    }
    if (report.ok()) continue;
    EXPECT_EQ(report.diagnostics()[0].kind, ErrorKind::limit);
  }
}

TEST(Modules, AreLinkedInTimeHoweverLongTheyRefer) {
  // A ring of modules, and a chain that is far too deep.
  for (const bool ring : {false, true}) {
    std::string text = R"({"spikeloom": 1, "modules": {)";
    constexpr int count = 20000;
    for (int i = 0; i < count; ++i) {
      const bool last = i + 1 == count;
      text += (i ? ", \"m" : "\"m") + std::to_string(i) + R"(": {"nodes": {"n": )";
      text += last && !ring ? std::string(R"({"type": "poisson", "shape": [1], "rate": 1}}})")
                            : R"({"type": "m)" + std::to_string(last ? 0 : i + 1) + "\"}}}";
    }
    text += R"(}, "nodes": {"n": {"type": "m0"}}})";
    Report report;
    ASSERT_TRUE(read_modules(text, report));
    EXPECT_FALSE(report.ok());
  }
}

TEST(Modules, AreUsedInTimeHoweverManyInputsAndOutputsTheyHave) {
  constexpr int count = 20000;
  std::string inputs, outputs, from, nodes;
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i), comma = i ? ", " : "";
    inputs += comma + "\"in" + n + "\": {}";
    outputs += comma + "\"out" + n + "\": \"r\"";
    from += comma + "\"in" + n + "\": \"x\"";
    nodes += ", \"n" + n + R"(": {"type": "relu", "from": "use.)" + (i % 2 ? "oops" : "out") + n + "\"}";
  }
  const std::string text =
      R"({"spikeloom": 1, "inputs": {"x": {"shape": [1]}}, "modules": {"m": {"inputs": {)" + inputs +
      R"(}, "nodes": {"r": {"type": "relu", "from": "in7"}}, "outputs": {)" + outputs +
      R"(}}}, "nodes": {"use": {"type": "m", "from": {)" + from +
      R"(}}, "less": {"type": "m", "from": {"in1": "x"}})" + nodes + "}}";
  Report report;
  const auto graph = read_modules(text, report);
  ASSERT_TRUE(graph);
  EXPECT_EQ(report.errors(), 10u + count / 2)
      << "ten of the inputs that read nothing, and every output that is not there";
  EXPECT_EQ(find(*graph, "n2")->from[0].references[0].node, "use/r");
}

}  // namespace
}  // namespace spikeloom
