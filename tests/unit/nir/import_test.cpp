#include "nir/import.h"

#include <gtest/gtest.h>

#include <cmath>

#include "arrays/safetensors.h"
#include "graph/graph.h"
#include "model/build.h"
#include "unit/nir/trees.h"

namespace spikeloom::nir::test {
namespace {

struct Made {
  std::optional<Imported> imported;
  std::unique_ptr<Graph> graph;
  std::optional<Model> model;
  std::string problems;  // as people read them
  ErrorKind kind = ErrorKind::invalid;
};

Made made(const hdf5::Object& root, const Options& options = {}) {
  Made m;
  Report report;
  m.imported = import_tree(root, "model.nir", "w.safetensors", options, report);
  if (m.imported) {
    auto files = std::make_shared<std::map<std::string, std::string>>();
    files->emplace("w.safetensors", safetensors_bytes(m.imported->weights));
    GraphOptions graph_options;
    graph_options.memory = files;
    m.graph = read_graph(m.imported->graph, "model.json", "", graph_options, report);
    if (m.graph) m.model = build_model(*m.graph, {}, report);
  }
  m.problems = report.error().text();
  m.kind = report.error().kind();
  return m;
}

std::string line_of(const Made& m, const std::string& name) {
  if (!m.imported) return m.problems;
  const std::size_t at = m.imported->graph.find("\n    \"" + name + "\": ");
  if (at == std::string::npos) return "no node " + name + " in\n" + m.imported->graph;
  const std::size_t begin = at + 5, end = m.imported->graph.find('\n', begin);
  std::string line = m.imported->graph.substr(begin, end - begin);
  if (line.ends_with(',')) line.pop_back();
  return line;
}

std::string assumed(const Made& m) {
  std::string all;
  if (m.imported)
    for (const std::string& line : m.imported->assumed) all += line + "\n";
  return all;
}

hdf5::Object one(hdf5::Object middle, double n = 2) {
  return file(
      graph({{"in", input(n)}, {"x", std::move(middle)}, {"out", output(n)}}, {{"in", "x"}, {"x", "out"}}));
}

TEST(NirImport, ALeakyNeuronTakesItsStepFromTauInDouble) {
  const Made m = made(one(lif(2)), {.dt = 1e-4});
  EXPECT_EQ(m.problems, "");
  EXPECT_EQ(line_of(m, "x"),
            "\"x\": { \"type\": \"nir_lif\", \"from\": \"in\", \"step\": 0.05, \"v_threshold\": 1 }");
  EXPECT_EQ(assumed(m),
            "integrator euler (--integrator)\n"
            "reset value: the membrane becomes v_reset (--reset)\n");
  const Made exact = made(one(lif(2)), {.dt = 1e-4, .integrator = Integrator::exact});
  EXPECT_EQ(line_of(exact, "x"),
            "\"x\": { \"type\": \"nir_lif\", \"from\": \"in\", \"step\": 0.048770577, \"v_threshold\": 1 }");
}

TEST(NirImport, AStepThatWasMeantInSecondsIsAskedAbout) {
  EXPECT_EQ(
      made(one(lif(2)), {.dt = 1e-7}).problems,
      "model.nir: /node/nodes/x: warning: node 'x': a step of 0.0001 ms is less than 1/2000 of tau [dt]\n"
      "  hint      --dt counts ms where it has no unit: 1e-4s is 0.1 ms");
  EXPECT_EQ(made(one(lif(2)), {.dt = 1e-6}).problems, "");
}

TEST(NirImport, ACoefficientBeyondFloat32IsRefused) {
  hdf5::Object x = lif(2);
  for (const auto& [tau, place] :
       {std::pair{numbers({1e-310}, {}), " at [0]"}, {numbers({1e-3, 1e-310}), " at [1]"}}) {
    x.children["tau"] = tau;
    const Made m = made(one(x));
    EXPECT_FALSE(m.imported);
    EXPECT_TRUE(m.problems.ends_with(
        "/node/nodes/x: error: node 'x': 'step', which follows from its parameters and dt, is beyond "
        "float32" +
        std::string(place) + "\n  expected  at most 3.4e38\n  got       1e+306"))
        << m.problems;
  }
}

TEST(NirImport, WhatTheFileDoesNotSayIsSaid) {
  hdf5::Object x = lif(2);
  x.children.erase("v_reset");
  x.children["v_leak"] = numbers({0.5, 0.5});
  EXPECT_EQ(assumed(made(one(x))),
            "dt = 0.1 ms; nothing in NIR says (--dt)\n"
            "integrator euler (--integrator)\n"
            "reset value: the membrane becomes v_reset (--reset)\n"
            "v_reset = 0 where the file has none\n"
            "states start at 0, also where v_leak is not 0\n");
}

TEST(NirImport, ANetworkWithoutTimeConstantsRunsWithDtOne) {
  const Made m = made(one(node("IF", {{"r", numbers({1, 1})}, {"v_threshold", numbers({1, 2})}})));
  EXPECT_EQ(
      line_of(m, "x"),
      "\"x\": { \"type\": \"nir_if\", \"from\": \"in\", \"gain\": 1, \"v_threshold\": \"w:x.v_threshold\" }");
  EXPECT_NE(assumed(m).find(
                "dt = 1 s (one step a second, so that r alone is the gain): no node has a time constant"),
            std::string::npos)
      << assumed(m);
  const Made with_dt =
      made(one(node("IF", {{"r", numbers({1, 1})}, {"v_threshold", numbers({1, 1})}})), {.dt = 1e-3});
  EXPECT_EQ(line_of(with_dt, "x"),
            "\"x\": { \"type\": \"nir_if\", \"from\": \"in\", \"gain\": 0.001, \"v_threshold\": 1 }");
}

TEST(NirImport, TheClosedFormHoldsWhereTheTimeConstantsMeet) {
  const auto cuba = [](double tau_syn) {
    return node("CubaLI", {{"tau_syn", numbers({tau_syn}, {})},
                           {"tau_mem", numbers({2e-3}, {})},
                           {"r", numbers({3}, {})},
                           {"v_leak", numbers({0}, {})}});
  };
  const auto share = [&](double tau_syn) {
    const Made m = made(one(cuba(tau_syn)), {.dt = 1e-3, .integrator = Integrator::exact});
    const std::string line = line_of(m, "x");
    const std::size_t at = line.find("\"share\": ");
    return at == std::string::npos ? -1.0 : std::strtod(line.c_str() + at + 9, nullptr);
  };
  // Where they are equal: r (dt / tau) exp(-dt / tau).
  EXPECT_NEAR(share(2e-3), 3 * 0.5 * std::exp(-0.5), 1e-7);
  EXPECT_NEAR(share(2e-3 * (1 + 1e-12)), 3 * 0.5 * std::exp(-0.5), 1e-7);
  // Elsewhere the textbook's difference of exponentials.
  EXPECT_NEAR(share(5e-3), 3 * 5 / (5 - 2.0) * (std::exp(-0.2) - std::exp(-0.5)), 1e-7);
}

TEST(NirImport, FilesOfSnntorchBecomeItsOwnNeurons) {
  // export_to_nir: tau = dt / (1 - beta), r = tau / dt.
  const double tau = 1e-4 / (1 - 0.9);
  const Made m = made(one(lif(2, tau, tau / 1e-4)), {.from = Framework::snntorch});
  EXPECT_EQ(line_of(m, "x"),
            "\"x\": { \"type\": \"lif\", \"from\": \"in\", \"beta\": 0.9, \"reset\": \"subtract\" }");
  const Made zero = made(one(lif(2, tau, tau / 1e-4)), {.reset = Reset::value, .from = Framework::snntorch});
  EXPECT_EQ(line_of(zero, "x"),
            "\"x\": { \"type\": \"lif\", \"from\": \"in\", \"beta\": 0.9, \"reset\": \"zero\", "
            "\"reset_delay\": false }");
  EXPECT_NE(assumed(m).find("reset subtract_delayed"), std::string::npos);
  // Another gain is not theirs: the equation stays as the file has it.
  const Made other = made(one(lif(2, tau, 1)), {.from = Framework::snntorch});
  EXPECT_EQ(line_of(other, "x"),
            "\"x\": { \"type\": \"nir_lif\", \"from\": \"in\", \"step\": 0.1, \"v_threshold\": 1, "
            "\"at_spike\": \"none\", "
            "\"reset\": \"subtract\" }");
}

TEST(NirImport, FrameworksMeanWhatTheyRun) {
  // Rockpool writes r = tau exp(-dt / tau) / dt; the step follows, and an input of 1 adds 1.
  const Made rockpool = made(one(lif(1, 2.5e-3, 24.02), 1), {.from = Framework::rockpool});
  EXPECT_NE(assumed(rockpool).find("dt = 0.0999200639 ms (rockpool)"), std::string::npos)
      << assumed(rockpool);
  EXPECT_NE(line_of(rockpool, "x").find("\"at_spike\": \"subtract\""), std::string::npos)
      << line_of(rockpool, "x");
  EXPECT_NE(rockpool.problems.find("[several-spikes]"), std::string::npos);
  // Spyx tests the membrane before it is updated, so its spikes are a step later.
  const Made spyx = made(one(lif(2, 10)), {.from = Framework::spyx});
  EXPECT_EQ(line_of(spyx, "x"),
            "\"x\": { \"type\": \"lif\", \"from\": \"in\", \"beta\": 0.9, \"reset\": \"subtract\" }");
  EXPECT_EQ(line_of(spyx, "x_late"), "\"x_late\": { \"type\": \"delay\", \"from\": \"x\", \"steps\": 1 }");
  EXPECT_EQ(line_of(spyx, "out"), "\"out\": \"x_late\"");
  // Norse leaves r and v_reset out.
  hdf5::Object x = lif(2, 2e-3, 5);
  x.children["v_reset"] = numbers({-1, -1});
  const Made norse = made(one(x), {.from = Framework::norse});
  EXPECT_EQ(line_of(norse, "x"),
            "\"x\": { \"type\": \"nir_lif\", \"from\": \"in\", \"step\": 0.5, \"v_threshold\": 1 }");
  EXPECT_NE(norse.problems.find("norse does not use r [gain]"), std::string::npos) << norse.problems;
  EXPECT_NE(norse.problems.find("[v-reset]"), std::string::npos) << norse.problems;
}

TEST(NirImport, ALoopIsLateAtTheSpikesOrAtTheEdge) {
  const auto loop = file(graph({{"in", input(2)}, {"w", affine(2)}, {"x", lif(2)}, {"out", output(2)}},
                               {{"in", "x"}, {"x", "w"}, {"w", "x"}, {"x", "out"}}));
  const Made spike = made(loop);
  EXPECT_NE(line_of(spike, "w").find("\"from\": { \"node\": \"x\", \"delay\": 1 }"), std::string::npos);
  EXPECT_NE(line_of(spike, "x").find("\"from\": [\"in\", \"w\"]"), std::string::npos);
  EXPECT_NE(assumed(spike).find("in loops, late by a step is 'x' -> 'w' (--loop-cut spike)"),
            std::string::npos);
  const Made weight = made(loop, {.loop_cut = LoopCut::weight});
  EXPECT_NE(line_of(weight, "x").find("\"from\": [\"in\", { \"node\": \"w\", \"delay\": 1 }]"),
            std::string::npos);
  // Weights that lead elsewhere too stay where they are.
  const Made branch = made(file(graph({{"in", input(2)}, {"w", affine(2)}, {"x", lif(2)}, {"out", output(2)}},
                                      {{"in", "x"}, {"x", "w"}, {"w", "x"}, {"w", "out"}})));
  EXPECT_NE(branch.problems.find("the loop over 'w' -> 'x' is cut at that edge"), std::string::npos)
      << branch.problems;
  EXPECT_TRUE(branch.model.has_value()) << branch.problems;
}

TEST(NirImport, NestedGraphsOpenAndMayStandInLoops) {
  const auto inner = graph({{"input", input(2)}, {"lif", lif(2)}, {"output", output(2)}},
                           {{"input", "lif"}, {"lif", "output"}});
  const Made m = made(file(graph({{"in", input(2)}, {"net", inner}, {"w", affine(2)}, {"out", output(2)}},
                                 {{"in", "net"}, {"net", "w"}, {"w", "net"}, {"net", "out"}})),
                      {.dt = 1e-4, .loop_cut = LoopCut::weight});
  ASSERT_TRUE(m.model.has_value()) << m.problems << m.imported->graph;
  EXPECT_NE(line_of(m, "net_lif").find("\"label\": \"net/lif\""), std::string::npos) << m.imported->graph;
  // The port of the inner graph sums; from it on all is of this step.
  EXPECT_EQ(
      line_of(m, "net_input"),
      "\"net_input\": { \"type\": \"add\", \"from\": [\"in\", { \"node\": \"w\", \"delay\": 1 }], \"label\": "
      "\"net/input\" }");
  EXPECT_EQ(line_of(m, "out"), "\"out\": \"net_lif\"");
}

TEST(NirImport, PortsAloneMakeNoLoop) {
  const auto wire = graph({{"input", input(2)}, {"output", output(2)}}, {{"input", "output"}});
  const Made m = made(file(graph({{"a", wire}, {"b", wire}}, {{"a", "b"}, {"b", "a"}})));
  EXPECT_FALSE(m.imported.has_value());
  EXPECT_NE(m.problems.find("is on a loop that no node of a graph is on"), std::string::npos) << m.problems;
}

TEST(NirImport, NamesOfAnyFormAreKeptAsLabels) {
  const Made m =
      made(file(graph({{"in", input(1)}, {"lif1.lif", lif(1)}, {"lif1_lif", lif(1)}, {"\xff", output(1)}},
                      {{"in", "lif1.lif"}, {"lif1.lif", "lif1_lif"}, {"lif1_lif", "\xff"}})));
  ASSERT_TRUE(m.model.has_value()) << m.problems;
  EXPECT_NE(line_of(m, "lif1_lif").find("\"label\": \"lif1.lif\""), std::string::npos) << m.imported->graph;
  EXPECT_NE(line_of(m, "lif1_lif_2").find("\"from\": \"lif1_lif\""), std::string::npos) << m.imported->graph;
  EXPECT_EQ(line_of(m, "_"), "\"_\": \"lif1_lif_2\"");
}

TEST(NirImport, SeveralInputsAndOutputsAndSums) {
  const Made m = made(file(
      graph({{"a", input(2)}, {"b", input(2)}, {"x", lif(2)}, {"spikes", output(2)}, {"both", output(2)}},
            {{"a", "x"}, {"b", "x"}, {"x", "spikes"}, {"x", "both"}, {"a", "both"}, {"a", "x"}})));
  ASSERT_TRUE(m.model.has_value()) << m.problems;
  EXPECT_EQ(m.model->inputs.size(), 2u);
  EXPECT_EQ(line_of(m, "spikes"), "\"spikes\": \"x\"");
  EXPECT_EQ(line_of(m, "both_sum"), "\"both_sum\": { \"type\": \"add\", \"from\": [\"x\", \"a\"] }");
  EXPECT_NE(m.problems.find("edge 'a' -> 'x' is there twice and counts once [duplicate-edge]"),
            std::string::npos)
      << m.problems;
}

TEST(NirImport, ShapesThatCountAlikeAreReshapedAndOthersRefused) {
  const auto with = [](std::vector<double> in, std::vector<double> out) {
    return file(graph({{"in", node("Input", {{"shape", numbers(in)}})},
                       {"x", lif(4)},
                       {"out", node("Output", {{"shape", numbers(out)}})}},
                      {{"in", "x"}, {"x", "out"}}));
  };
  const Made m = made(with({2, 2}, {1, 4}));
  ASSERT_TRUE(m.model.has_value()) << m.problems;
  EXPECT_EQ(line_of(m, "x_in"), "\"x_in\": { \"type\": \"reshape\", \"from\": \"in\", \"shape\": [4] }");
  EXPECT_NE(m.problems.find("'in' gives [2, 2] and is read as [4] by 'x' [shape]"), std::string::npos)
      << m.problems;
  EXPECT_NE(m.problems.find("Output 'out' says [1, 4], 'x' gives [4], which stays [shape]"),
            std::string::npos)
      << m.problems;
  EXPECT_EQ(made(with({3}, {4})).problems,
            "model.nir: /node/nodes/x: error: 'in' gives [3], 'x' expects [4]");
  EXPECT_EQ(made(with({4}, {5})).problems,
            "model.nir: /node/nodes/out: error: 'x' gives [4], 'out' expects [5]");
  EXPECT_NE(made(with({1e9, 1e9, 1e9}, {4})).problems.find("node 'in' has no shape that a sample can have"),
            std::string::npos);
}

TEST(NirImport, OpenEndsBecomeInputsAndOutputs) {
  const Made m = made(file(graph({{"x", lif(2)}}, {})));
  ASSERT_TRUE(m.model.has_value()) << m.problems;
  EXPECT_EQ(m.model->inputs[0].name, "input_x");
  EXPECT_EQ(m.model->outputs[0].name, "output_x");
  EXPECT_NE(m.problems.find("[input-added]"), std::string::npos);
  EXPECT_NE(m.problems.find("[output-added]"), std::string::npos);
}

TEST(NirImport, DelaysAreWholeSteps) {
  const Made m = made(one(node("Delay", {{"delay", numbers({0, 3e-4})}})), {.dt = 1e-4});
  EXPECT_EQ(m.problems, "");
  EXPECT_EQ(m.imported->weights.at("x.steps").values, (std::vector<float>{0, 3}));
  EXPECT_NE(made(one(node("Delay", {{"delay", numbers({0, 2.4e-4})}})), {.dt = 1e-4})
                .problems.find("[delay-rounded]"),
            std::string::npos);
  EXPECT_NE(made(one(node("Delay", {{"delay", numbers({0, -1})}}))).problems.find("'delay' is out of range"),
            std::string::npos);
  EXPECT_NE(
      made(one(node("Delay", {{"delay", numbers({0, 1e30})}}))).problems.find("'delay' is out of range"),
      std::string::npos);
}

TEST(NirImport, EveryMistakeIsNamedWithItsNode) {
  const auto problems = [](hdf5::Object x) { return made(one(std::move(x))).problems; };
  EXPECT_EQ(made(hdf5::Object{}).problems,
            "model.nir: /node: error: the file has no group 'node', in which NIR keeps its graph\n"
            "  expected  a file that nir.write has made");
  hdf5::Object x = lif(2);
  x.children.erase("tau");
  EXPECT_EQ(problems(x), "model.nir: /node/nodes/x/tau: error: node 'x' has no 'tau', which LIF needs");
  x = lif(2);
  x.children["tau"] = numbers({1, -2});
  EXPECT_EQ(problems(x),
            "model.nir: /node/nodes/x/tau: error: 'tau' of node 'x' is not positive at [1]\n"
            "  expected  a number above 0\n"
            "  got       -2");
  x = lif(2);
  x.children["v_threshold"] = numbers({NAN, 1});
  EXPECT_EQ(problems(x),
            "model.nir: /node/nodes/x/v_threshold: error: 'v_threshold' of node 'x' is not finite at [0]\n"
            "  expected  a finite number\n"
            "  got       NaN");
  x = lif(2);
  x.children["r"] = numbers({1, 1, 1});
  EXPECT_EQ(problems(x),
            "model.nir: /node/nodes/x/tau: error: parameters of node 'x' have different shapes\n"
            "  expected  'r' has [3]\n"
            "  got       'tau' has [2]");
  EXPECT_EQ(problems(node("Lif", {})).substr(0, 87),
            "model.nir: /node/nodes/x/type: error: node 'x' is of a type that NIR does not have\n  ex");
  EXPECT_NE(problems(node("Lif", {})).find("did you mean 'LIF'?"), std::string::npos);
  EXPECT_EQ(made(file(graph({{"in", input(2)}}, {{"in", "inn"}}))).problems,
            "model.nir: /node/edges: error: edge 'in' -> 'inn' names a node that does not exist\n"
            "  got       'inn'\n"
            "  hint      did you mean 'in'?");
  hdf5::Object no_edges = graph({{"in", input(2)}}, {});
  no_edges.children.erase("edges");
  EXPECT_EQ(made(file(no_edges)).problems,
            "model.nir: /node/edges: error: the graph has no edges\n"
            "  expected  a dataset of pairs of node names");
}

TEST(NirImport, AWeightWithoutTwoAxesIsAMistakeAndOneWithMoreIsBeyondUs) {
  const auto kind_of = [](std::vector<std::size_t> shape) {
    const Made m = made(one(node("Linear", {{"weight", numbers({0.5, 0.5, 0.5, 0.5}, std::move(shape))}})));
    EXPECT_NE(m.problems.find("'weight' of node 'x' is not a matrix"), std::string::npos) << m.problems;
    return m.kind;
  };
  EXPECT_EQ(kind_of({4}), ErrorKind::invalid);
  EXPECT_EQ(kind_of({1, 2, 2}), ErrorKind::unsupported);
}

TEST(NirImport, ANodeWithAnEmptyTypeIsAMistakeAndNotLeftOut) {
  const std::string no_type =
      ": error: the node has no type\n"
      "  expected  a string, such as \"LIF\"\n"
      "  got       \"\"";
  EXPECT_EQ(made(one(node("", {}))).problems, "model.nir: /node/nodes/x/type" + no_type);
  // The edge of the graph around it adds nothing to that.
  const auto inner = graph({{"input", input(2)}, {"lif", lif(2)}, {"output", node("", {})}},
                           {{"input", "lif"}, {"lif", "output"}});
  const Made m = made(one(inner));
  EXPECT_EQ(m.problems, "model.nir: /node/nodes/x/nodes/output/type" + no_type);
  EXPECT_EQ(m.kind, ErrorKind::invalid);
}

TEST(NirImport, AnEdgeToANestedGraphMustMeetOnePort) {
  const auto problem_of = [](std::vector<std::pair<std::string, hdf5::Object>> ends) {
    Edges edges;
    std::vector<std::pair<std::string, hdf5::Object>> nodes = {{"lif", lif(2)}};
    for (auto& [name, end] : ends) {
      name.starts_with("in") ? edges.emplace_back(name, "lif") : edges.emplace_back("lif", name);
      nodes.emplace_back(name, std::move(end));
    }
    return made(one(graph(std::move(nodes), edges)));
  };
  Made m = problem_of({{"in", input(2)}});
  EXPECT_EQ(m.problems,
            "model.nir: /node/edges: error: edge 'x' -> 'out' meets a graph without Output\n"
            "  expected  a nested graph with one Output");
  EXPECT_EQ(m.kind, ErrorKind::invalid);
  m = problem_of({{"out", output(2)}});
  EXPECT_EQ(m.problems,
            "model.nir: /node/edges: error: edge 'in' -> 'x' meets a graph without Input\n"
            "  expected  a nested graph with one Input");
  EXPECT_EQ(m.kind, ErrorKind::invalid);
  m = problem_of({{"in", input(2)}, {"in_2", input(2)}, {"out", output(2)}});
  EXPECT_EQ(m.problems,
            "model.nir: /node/edges: error: edge 'in' -> 'x' does not say which Input it means\n"
            "  expected  a nested graph with one Input\n"
            "  got       2 Inputs");
  EXPECT_EQ(m.kind, ErrorKind::unsupported);
}

TEST(NirImport, WhatIsNotOfNirIsLeftAlone) {
  hdf5::Object x = lif(2);
  x.children["metadata"].children["anything"] = text("kept out");
  x.children["extra"] = numbers({1});
  const Made m = made(one(x));
  EXPECT_TRUE(m.model.has_value());
  EXPECT_NE(
      m.problems.find("node 'x' of type LIF has no parameter 'extra'; it is ignored [unknown-parameter]"),
      std::string::npos)
      << m.problems;
  EXPECT_EQ(m.problems.find("metadata"), std::string::npos);
}

}  // namespace
}  // namespace spikeloom::nir::test
