// Decays and time constants, as snnTorch's exchange with NIR converts them: the same formulas as `given`
// lines, evaluated by the product where it binds a neuron's parameters.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "golden/functions.h"
#include "graph/graph.h"
#include "model/build.h"

namespace spikeloom::golden {
namespace {

using Json = nlohmann::ordered_json;

/// A model whose parameters stand for each other: decays on the one side, physical ones (in seconds) on the
/// other.
Json model(const std::vector<std::string>& names, const Json& given) {
  Json neuron;
  std::string sum;
  for (const std::string& name : names) {
    neuron["parameters"][name]["doc"] = "given or computed";
    sum += (sum.empty() ? "" : " + ") + name;
  }
  neuron["given"] = given;
  neuron["output"] = sum;  // every parameter has to be used
  neuron["inputs"] = Json::object();
  return neuron;
}

Json first_order() {
  return model({"beta", "threshold", "tau", "r", "v_threshold"},
               {{"beta, threshold",
                 {"tau = 0.001 * dt / (1 - beta)", "r = tau / (0.001 * dt)", "v_threshold = threshold"}},
                {"tau, r, v_threshold",
                 {"beta = 1 - 0.001 * dt / tau", "threshold = v_threshold / (r * (0.001 * dt) / tau)"}}});
}

Json second_order() {
  return model({"alpha", "beta", "threshold", "tau_mem_s", "tau_syn_s", "w_in", "v_threshold"},
               {{"alpha, beta, threshold",
                 {"tau_mem_s = 0.001 * dt / (1 - beta)", "tau_syn_s = 0.001 * dt / (1 - alpha)",
                  "w_in = tau_syn_s / (0.001 * dt)", "v_threshold = threshold"}},
                {"tau_mem_s, tau_syn_s, w_in, v_threshold",
                 {"beta = 1 - 0.001 * dt / tau_mem_s", "alpha = 1 - 0.001 * dt / tau_syn_s",
                  "threshold = v_threshold / (w_in * (0.001 * dt) / tau_syn_s)"}}});
}

/// Every parameter of the neurons, after those of the call were given.
std::map<std::string, PerNeuron> bound(const FunctionCase& call, const Json& neuron) {
  Json graph{{"spikeloom", 1}, {"dt", call.args.at("dt").get<double>() * 1000}};
  graph["neurons"]["converted"] = neuron;
  Json& node = graph["nodes"]["n"];
  node = {{"type", "converted"}};
  for (const auto& [name, array] : call.inputs) {
    node["shape"] = array.shape;
    const std::string ours = name == "tau_mem" || name == "tau_syn" ? name + "_s" : name;
    node[ours] = array.values;
  }
  Report report;
  const auto read = read_graph(graph.dump(), call.name, ".", {}, report);
  const auto built = read ? build_model(*read, {}, report) : std::nullopt;
  if (!built) throw std::runtime_error(report.error().text());
  const auto& p = std::get<Population>(built->nodes[0].kind);
  std::map<std::string, PerNeuron> all;
  for (std::size_t i = 0; i < p.parameters.size(); ++i) all[p.cell.parameters[i]] = p.parameters[i];
  return all;
}

TEST(Conversions, DecaysAndTimeConstantsAreTheRecordedOnes) {
  std::size_t compared = 0;
  for (const char* function :
       {"nir_export_leaky", "nir_import_lif", "nir_export_synaptic", "nir_import_cubalif"}) {
    const bool second =
        std::string(function).ends_with("synaptic") || std::string(function).ends_with("cubalif");
    for (const FunctionCase& call : calls_of(function)) {
      const auto got = bound(call, second ? second_order() : first_order());
      for (const auto& [name, want] : call.outputs) {
        for (std::size_t i = 0; i < want.values.size(); ++i) {
          double value = 0;  // what an export says of leak and reset
          if (name == "tau_mem" || name == "tau_syn")
            value = got.at(name + "_s")[i];
          else if (name == "r" && second)
            value = got.at("tau_mem_s")[i] / call.args.at("dt").get<double>();
          else if (got.contains(name))
            value = got.at(name)[i];
          else
            EXPECT_TRUE(name == "v_leak" || name == "v_reset") << call.name << " " << name;
          // Time constants are far below the absolute tolerance: they are held by the relative one.
          EXPECT_NEAR(value, want.values[i], 2e-5 * std::abs(want.values[i]) + 1e-12)
              << call.name << " " << name;
          ++compared;
        }
      }
    }
  }
  EXPECT_GE(compared, 100u);
}

// What is not replayed has a reason here.
TEST(Functions, EveryRecordedOneIsReplayedOrConcernsTraining) {
  const std::set<std::string> replayed = {"spikegen.latency",
                                          "spikegen.delta",
                                          "spikegen.rate",
                                          "spikegen.target_rate_code",
                                          "spikegen.targets_convert",
                                          "spikegen.rate_interpolate",
                                          "decode",
                                          "decode_population",
                                          "state_quant",
                                          "nir_export_leaky",
                                          "nir_export_synaptic",
                                          "nir_import_lif",
                                          "nir_import_cubalif"};
  const std::set<std::string> of_training = {"losses", "stdp_linear"};
  for (const std::string& name : called_functions())
    EXPECT_TRUE(replayed.contains(name) || of_training.contains(name)) << name;
}

}  // namespace
}  // namespace spikeloom::golden
