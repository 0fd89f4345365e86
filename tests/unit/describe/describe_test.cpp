#include "describe/describe.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "analysis/facts.h"
#include "unit/model/networks.h"

namespace spikeloom {
namespace {

Built ring() {
  return build(R"(
    'fc':   { 'type': 'linear', 'from': ['x', { 'node': 'n[0:2]', 'delay': 1 }], 'weight': [[1, 2], [3, 4], [5, 6]] },
    'n':    { 'type': 'lif', 'from': ['fc', 'back'], 'beta': [0.5, 0.6, 0.7] },
    'back': { 'type': 'scale', 'from': { 'node': 'n.mem', 'delay': 2 }, 'scale': 0.5, 'label': '<b>\n#' } )",
               "'x': { 'shape': [2] }", "'name': 'a ring', 'outputs': { 'out': 'n[1:3]' }");
}

TEST(Describe, TellsANetworkAsItsFileDoes) {
  const Built b = ring();
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(describe_text(*b.model), R"(a ring
  dt 1 ms, seed 0

inputs
  x     input   [2]  one sample per step

nodes, in the order in which they compute
  back  scale   [3]  reads n.mem 2 steps ago  "<b>\n#"
        scale 0.5
          output = input * scale
        part of a cycle
  fc    linear  [3]  reads x + n[0:2] 1 step ago
        weight [3, 2], no bias, fan-in 2, 6 synapses
        part of a cycle
  n     lif     [3]  reads fc + back
        beta 0.5 to 0.7, one per neuron; threshold 1
        state mem: membrane potential, begins at 0
          fired  = mem > threshold
          mem    = beta * mem + input - fired * threshold
          spike  = mem > threshold
          output = spike
        6 operations a step, part of a cycle, 36 B of past steps a sample

outputs
  out   is n[1:3]

memory
  weights     24 B for 6 synapses
  parameters  24 B
  states      12 B a sample
  past steps  36 B a sample
)");
}

TEST(Describe, KeepsTheNodesOfAModuleTogether) {
  const Built b = build(R"(
    'm': { 'type': 'pair', 'from': 'x', 'label': 'twice' },
    'r': { 'type': 'relu', 'from': 'm' } )",
                        "'x': { 'shape': [2] }", R"('modules': {
    'half': { 'inputs': { 'i': {} }, 'nodes': { 's': { 'type': 'scale', 'from': 'i', 'scale': 0.5 } }, 'outputs': { 'o': 's' } },
    'pair': { 'inputs': { 'i': {} }, 'nodes': { 'a': { 'type': 'half', 'from': 'i' }, 'b': { 'type': 'half', 'from': 'a' } },
              'outputs': { 'o': 'b' } } }, 'outputs': { 'out': 'm' })");
  ASSERT_TRUE(b.model) << b.problems();
  const std::string text = describe_text(*b.model);
  EXPECT_NE(text.find(R"(
nodes, in the order in which they compute; those of a module together
  m      the module pair, twice
  m/a    the module half
  m/a/s  scale  [2]  reads x
)"),
            std::string::npos)
      << text;
  const std::string dot = describe_dot(*b.model);
  EXPECT_NE(dot.find(R"(
  subgraph cluster_0 {
    label="m: pair, twice"; style=rounded; fontname="sans-serif";
    subgraph cluster_1 {
      label="m/a: half"; style=rounded; fontname="sans-serif";
      n0 [label="s\nscale [2]"];
    }
)"),
            std::string::npos)
      << dot;
  const std::string mermaid = describe_mermaid(*b.model);
  EXPECT_NE(mermaid.find("\n  subgraph u0[\"m: pair, twice\"]\n    subgraph u1[\"m/a: half\"]\n      "
                         "n0[\"s<br/>scale [2]\"]\n    end\n"),
            std::string::npos)
      << mermaid;
  const auto json = nlohmann::json::parse(describe_json(*b.model));
  EXPECT_EQ(json["uses"][1]["name"], "m/a");
  EXPECT_EQ(json["uses"][1]["module"], "half");
  Signal found;
  EXPECT_TRUE(b.model->find("m.o", found) && b.model->name_of(found) == "m/b/s");
  EXPECT_TRUE(b.model->find("m/a", found) && b.model->name_of(found) == "m/a/s");
}

TEST(Describe, DrawsDelaysDashed) {
  const Built b = ring();
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(describe_dot(*b.model), R"(digraph "a ring" {
  rankdir=LR;
  node [shape=box, style=rounded, fontname="sans-serif"];
  edge [fontname="sans-serif", fontsize=10];
  i0 [label="x\n[2]", shape=oval];
  n0 [label="back\nscale [3]\n<b>\\n#"];
  n3 [label="fc\nlinear [3]"];
  n4 [label="n\nlif [3]"];
  o0 [label="out", shape=plaintext];
  n4 -> n0 [style=dashed, label="n.mem 2 steps"];
  i0 -> n3;
  n4 -> n3 [style=dashed, label="[0:2] 1 step"];
  n3 -> n4;
  n0 -> n4;
  n4 -> o0 [label="[1:3]"];
}
)");
}

TEST(Describe, DrawsForMermaidWithNothingToEscapeFrom) {
  const Built b = ring();
  ASSERT_TRUE(b.model) << b.problems();
  EXPECT_EQ(describe_mermaid(*b.model), R"(flowchart LR
  i0(["x<br/>[2]"])
  n0["back<br/>scale [3]<br/>#60;b#62;#92;n#35;"]
  n3["fc<br/>linear [3]"]
  n4["n<br/>lif [3]"]
  o0>"out"]
  n4 -.->|"n.mem 2 steps"| n0
  i0 --> n3
  n4 -.->|"[0:2] 1 step"| n3
  n3 --> n4
  n0 --> n4
  n4 -->|"[1:3]"| o0
)");
}

TEST(Describe, GivesProgramsTheSameFacts) {
  const Built b = ring();
  ASSERT_TRUE(b.model) << b.problems();
  const auto o = nlohmann::json::parse(describe_json(*b.model));
  EXPECT_EQ(o["nodes"].size(), 3u) << "implicit nodes are not told";
  EXPECT_EQ(o["nodes"][1]["from"][1], (nlohmann::json{{"node", "n[0:2]"}, {"delay", 1}}));
  EXPECT_EQ(o["nodes"][2]["parameters"]["beta"]["count"], 3);
  EXPECT_EQ(o["nodes"][2]["equations"][1], "mem = beta * mem + input - fired * threshold");
  EXPECT_EQ(o["nodes"][2]["derivatives"][1]["mem"], "beta");
  EXPECT_EQ(o["nodes"][2]["derivatives"][1]["fired"], "-threshold");
  EXPECT_TRUE(o["nodes"][2]["derivatives"][0].empty()) << "a condition";
  EXPECT_EQ(o["nodes"][2]["states"]["mem"]["affine"], true);
  EXPECT_EQ(o["memory"]["weights"], 24);
}

TEST(Analysis, CountsWhatEqualSynapsesTakeOnce) {
  const auto sparse = [](const std::string& name, int seed) {
    return "'" + name +
           "': { 'type': 'sparse', 'from': 'x', 'shape': [30, 20], 'rule': 'fixed_indegree', 'degree': 4," +
           " 'weight': 0.5, 'seed': " + std::to_string(seed) + " }";
  };
  const auto bytes = [&](int seed) {
    const Built b = build(sparse("a", 1) + ", " + sparse("b", seed), "'x': { 'shape': [20] }");
    EXPECT_TRUE(b.model) << b.problems();
    return b.model ? analyse(*b.model).total.weight_bytes : 0;
  };
  EXPECT_GT(bytes(1), 0u);
  EXPECT_EQ(bytes(2), 2 * bytes(1));
}

TEST(Analysis, KnowsWhatNeverChanges) {
  const Built b = build(R"(
    'fc': { 'type': 'linear', 'from': 'still', 'weight': [[1, 2]] },
    'pos': { 'type': 'relu', 'from': 'fc' },
    'late': { 'type': 'relu', 'from': { 'node': 'fc', 'delay': 1 } },
    'n': { 'type': 'if', 'from': 'pos' })",
                        "'still': { 'shape': [2], 'time': 'constant' }");
  ASSERT_TRUE(b.model) << b.problems();
  const Facts facts = analyse(*b.model);
  const auto fact = [&](const char* name) { return facts.nodes[b.signal(name).index]; };
  EXPECT_TRUE(fact("fc").constant && fact("pos").constant);
  EXPECT_FALSE(fact("late").constant || fact("n").constant);
  EXPECT_FALSE(fact("n").recurrent);
}

}  // namespace
}  // namespace spikeloom
