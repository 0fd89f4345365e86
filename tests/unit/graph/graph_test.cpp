#include "graph/graph.h"

#include <gtest/gtest.h>

namespace spikeloom {
namespace {

constexpr const char* kDesignExample = R"({
  "spikeloom": 1,
  "name": "digits, two layers",
  "dt": 1.0,
  "seed": 18446744073709551615,
  "tensors": { "w": "weights.safetensors" },
  "inputs":  { "image": { "shape": [8, 8], "time": "constant", "label": "the image" }, "drive": { "shape": [3] } },
  "nodes": {
    "fc1":  { "type": "linear", "from": "image", "weight": "w:1.weight", "bias": "w:1.bias" },
    "lif1": { "type": "lif", "from": ["fc1", "rec"], "beta": 0.9, "label": "hidden" },
    "rec":  { "type": "linear", "from": { "node": "lif1", "delay": 2 }, "weight": "w:rec.weight" },
    "two":  { "type": "x", "from": { "exc": ["fc1", { "node": "lif1.mem", "delay_ms": 3 }], "inh": "lif1[0:16]" } },
    "src":  { "type": "poisson", "shape": [3], "rate": 5 }
  },
  "outputs": { "spikes": "lif1", "membrane": "lif1.mem" }
})";

std::unique_ptr<Graph> read(std::string_view text, Report& report, const GraphOptions& options = {}) {
  return read_graph(text, "net.json", ".", options, report);
}

TEST(Graph, ReadsTheExampleOfTheDesign) {
  Report report;
  const auto graph = read(kDesignExample, report);
  ASSERT_TRUE(graph);
  EXPECT_EQ(report.error().text(), "");
  EXPECT_EQ(graph->name, "digits, two layers");
  EXPECT_EQ(graph->dt, 1.0);
  EXPECT_EQ(graph->seed, UINT64_MAX);
  EXPECT_EQ(graph->tensors.at("w"), "weights.safetensors");
  ASSERT_EQ(graph->inputs.size(), 2u);
  EXPECT_EQ(graph->inputs[0].shape, (Shape{8, 8}));
  EXPECT_EQ(graph->inputs[0].label, "the image");
  EXPECT_TRUE(graph->inputs[0].constant);
  EXPECT_FALSE(graph->inputs[1].constant);
  ASSERT_EQ(graph->nodes.size(), 5u);
  EXPECT_EQ(graph->nodes[0].type, "linear");
  EXPECT_EQ(graph->nodes[0].from[0].references[0].node, "image");
  ASSERT_EQ(graph->nodes[1].from.size(), 1u);
  ASSERT_EQ(graph->nodes[1].from[0].references.size(), 2u);
  EXPECT_EQ(graph->nodes[1].label, "hidden");
  EXPECT_EQ(graph->nodes[2].from[0].references[0].delay, 2u);
  const auto& ports = graph->nodes[3].from;
  ASSERT_EQ(ports.size(), 2u);
  EXPECT_EQ(ports[0].port, "exc");
  EXPECT_EQ(ports[0].references[1].state, "mem");
  EXPECT_EQ(ports[0].references[1].delay, 3u);
  EXPECT_EQ(ports[1].port, "inh");
  EXPECT_EQ(ports[1].references[0].slice, (std::pair<std::size_t, std::size_t>{0, 16}));
  EXPECT_TRUE(graph->nodes[4].from.empty());
  ASSERT_EQ(graph->outputs.size(), 2u);
  EXPECT_EQ(graph->outputs[1].reference.state, "mem");
  for (const GraphNode& node : graph->nodes) EXPECT_FALSE(node.broken) << node.name;
}

TEST(Graph, IsReadOnPastErrors) {
  Report report;
  const auto graph = read(R"({"spikeloom": 1, "inputs": {"x": {"shape": [0]}},
    "nodes": {"a": {"type": "relu", "from": "xx"}, "b": {"type": "relu", "from": "a"}}, "outputs": {"y": "b", "z": "c"}})",
                          report);
  ASSERT_TRUE(graph);
  EXPECT_EQ(report.errors(), 3u);
  ASSERT_EQ(graph->nodes.size(), 2u);
  EXPECT_TRUE(graph->nodes[0].broken);
  EXPECT_FALSE(graph->nodes[1].broken);
  EXPECT_EQ(graph->nodes[0].from[0].references[0].node, "");
  EXPECT_EQ(graph->outputs.size(), 1u);
  EXPECT_TRUE(graph->inputs[0].shape.empty());
}

TEST(Graph, TextThatIsNotAnObjectIsNoGraph) {
  Report report;
  EXPECT_FALSE(read("[1]", report));
  EXPECT_EQ(report.error().text(),
            "net.json:1:1: error: this must be an object\n  expected  an object\n  got       an array of 1");
}

TEST(Graph, IsReadInTimeWhateverItNames) {
  std::string text = R"({"spikeloom": 1, "nodes": {)";
  for (int i = 0; i < 5000; ++i)
    text += (i ? ", \"" : "\"") + std::string("neuron_population_") + std::to_string(i) +
            R"(": {"type": "relu", "from": "neuron_populations_)" + std::to_string(i) + "\"}";
  Report report;
  ASSERT_TRUE(read(text + "}}", report));
  EXPECT_EQ(report.errors(), 5000u);
  EXPECT_EQ(report.diagnostics()[0].hint, "did you mean 'neuron_population_0'?");
  EXPECT_EQ(report.diagnostics()[999].hint, "");
}

TEST(Graph, HasALimitOfReferences) {
  Report report;
  const auto graph = read(R"({"spikeloom": 1, "nodes": {"a": {"type": "add", "from": ["a", "a", "a"]},
                              "b": {"type": "x", "from": {"p": ["a", "a"], "q": "a"}}}})",
                          report, {.references = 5});
  EXPECT_EQ(report.error().kind(), ErrorKind::limit);
  EXPECT_EQ(graph->nodes[0].from[0].references.size(), 3u);
  EXPECT_TRUE(graph->nodes[1].from.empty());
  EXPECT_TRUE(graph->nodes[1].broken);
}

TEST(Graph, HasALimitOfNodes) {
  Report report;
  read(R"({"spikeloom": 1, "nodes": {"a": {"type": "x"}, "b": {"type": "x"}}})", report, {.nodes = 1});
  EXPECT_EQ(report.error().kind(), ErrorKind::limit);
}

TEST(References, AreParsed) {
  const Reference r = parse_reference("block/inner/lif1.mem[3:12]");
  EXPECT_EQ(r.node, "block/inner/lif1");
  EXPECT_EQ(r.state, "mem");
  EXPECT_EQ(r.slice, (std::pair<std::size_t, std::size_t>{3, 12}));
  EXPECT_EQ(parse_reference("0_-x").node, "0_-x");
  EXPECT_EQ(parse_reference(std::string(64, 'a')).node.size(), 64u);
}

TEST(References, ThatAreNoneHaveNoNode) {
  for (const char* text :
       {"",         ".mem",  "a.",      "a.b.c",   "a/",         "/a",
        "a//b",     "-a",    "a b",     "a[1:1]",  "a[2:1]",     "a[1:2",
        "a[1]",     "a[:2]", "a[-1:2]", "a[1:2]x", "a[1:2].mem", "a[0:99999999999999999999999]",
        "\xc3\xa9", "a\n"})
    EXPECT_EQ(parse_reference(text).node, "") << text;
  EXPECT_EQ(parse_reference(std::string(65, 'a')).node, "");
  EXPECT_EQ(parse_reference(std::string_view("a\0", 2)).node, "");
}

class Times : public testing::Test {
 protected:
  /// Steps of `ms` with the given dt; -1 after an error.
  long steps(const std::string& dt, const std::string& ms) {
    Report quiet;
    graph = read(R"({"spikeloom": 1, )" + (dt.empty() ? "" : "\"dt\": " + dt + ", ") +
                     R"("nodes": {"a": {"type": "x", "t": )" + ms + "}}}",
                 quiet);
    const json::Value t = graph->nodes[0].place.find("t");
    const auto result = steps_of_ms(t, t.number(), *graph, report);
    return result ? static_cast<long>(*result) : -1;
  }
  std::unique_ptr<Graph> graph;
  Report report;
};

TEST_F(Times, BecomeTheNearestNumberOfStepsHalvesUp) {
  EXPECT_EQ(steps("1", "3"), 3);
  EXPECT_EQ(steps("0.1", "0.3"), 3);
  EXPECT_EQ(steps("0.5", "0"), 0);
  EXPECT_EQ(steps("1", "2.0005"), 2);
  EXPECT_EQ(report.diagnostics().size(), 0u);
  EXPECT_EQ(steps("1", "2.5"), 3);
  EXPECT_EQ(steps("1", "2.4"), 2);
  EXPECT_EQ(steps("1", "0.49999999999999994"), 0);
  EXPECT_EQ(report.errors(), 0u);
  ASSERT_EQ(report.diagnostics().size(), 3u);
  EXPECT_EQ(report.diagnostics()[1].text(),
            "net.json:1:61: /nodes/a/t: warning: this time is not a whole number of steps\n"
            "  expected  a multiple of dt, 1 ms\n  got       2.4 steps\n  hint      2 steps are used");
}

TEST_F(Times, NeedALengthOfTheStep) {
  EXPECT_EQ(steps("", "3"), -1);
  EXPECT_EQ(report.diagnostics()[0].what, "a time in ms needs the length of a step");
}

TEST_F(Times, ThatAreNegativeOrTooLongAreErrors) {
  EXPECT_EQ(steps("1", "-1"), -1);
  EXPECT_EQ(steps("1e-30", "1e30"), -1);
  ASSERT_EQ(report.errors(), 2u);
  EXPECT_EQ(report.diagnostics()[1].kind, ErrorKind::limit);
}

TEST_F(Times, AreNotReportedAgainWhenDtIsBroken) {
  EXPECT_EQ(steps("-1", "3"), -1);
  EXPECT_EQ(report.diagnostics().size(), 0u);
}

}  // namespace
}  // namespace spikeloom
