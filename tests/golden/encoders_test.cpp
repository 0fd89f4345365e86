// snnTorch's encoders, recorded, against the encoder nodes: one graph a call, by every engine. What was
// recorded encodes a whole batch at once, and normalises over it: here it is one sample.
#include <gtest/gtest.h>

#include <cmath>

#include "equations/evaluate.h"
#include "golden/functions.h"
#include "golden/play.h"
#include "graph/graph.h"
#include "model/build.h"

namespace spikeloom::golden {
namespace {

using Json = nlohmann::ordered_json;

/// A network of one node that reads `data`, an array of one sample or, if `varying`, of a sample a step.
NetworkCase network(const FunctionCase& call, Json node, const Array& data, bool varying) {
  NetworkCase made;
  made.name = call.name;
  std::vector<std::size_t> shape = data.shape;
  if (varying) shape.erase(shape.begin());
  node["from"] = "data";
  Json graph{{"spikeloom", 1}};
  graph["inputs"]["data"] = {{"shape", shape}, {"time", varying ? "varying" : "constant"}};
  graph["nodes"]["code"] = node;
  graph["outputs"]["code"] = "code";
  made.graph = graph.dump();
  made.folder = ".";
  made.input = "data";
  made.constant = !varying;
  made.input_rows = data.values;
  made.batch = 1;
  return made;
}

void record(NetworkCase& network, const std::string& signal, const Array& want) {
  network.steps = static_cast<std::uint32_t>(want.shape[0]);
  network.records.push_back({signal, want, false, 2e-5, 2e-6});
}

void expect_recorded(const NetworkCase& network) {
  for (const Engine engine : engines()) {
    std::vector<std::vector<float>> traces;
    ASSERT_NO_THROW(traces = play(network, engine)) << network.name << "\n" << network.graph;
    EXPECT_EQ(difference(network, traces), "") << network.name << ", " << name_of(engine) << "\n"
                                               << network.graph;
  }
}

Json with(Json node, const Json& args, std::initializer_list<const char*> names) {
  for (const char* name : names)
    if (args.contains(name) && !args[name].is_null()) node[name] = args[name];
  return node;
}

const std::initializer_list<const char*> kLatency = {"num_steps", "threshold",   "tau",    "first_spike_time",
                                                     "on_target", "off_target",  "clip",   "normalize",
                                                     "linear",    "interpolate", "bypass", "epsilon"};

TEST(Encoders, LatencySpikesWhereItIsRecorded) {
  const auto calls = calls_of("spikegen.latency");
  EXPECT_GE(calls.size(), 12u);
  for (const FunctionCase& call : calls) {
    NetworkCase made =
        network(call, with({{"type", "latency"}}, call.args, kLatency), call.in("data"), false);
    record(made, "code", call.out("spikes"));
    if (call.outputs.contains("time")) {
      // The same in every step.
      Array every = call.out("time");
      const std::vector<float> once = every.values;
      for (std::uint32_t t = 1; t < made.steps; ++t)
        every.values.insert(every.values.end(), once.begin(), once.end());
      every.shape.insert(every.shape.begin(), made.steps);
      record(made, "code.time", every);
    }
    expect_recorded(made);
  }
}

TEST(Encoders, DeltaSpikesWhereItIsRecorded) {
  const auto calls = calls_of("spikegen.delta");
  EXPECT_GE(calls.size(), 4u);
  for (const FunctionCase& call : calls) {
    NetworkCase made =
        network(call, with({{"type", "delta"}}, call.args, {"threshold", "padding", "off_spike"}),
                call.in("data"), true);
    record(made, "code", call.out("spikes"));
    expect_recorded(made);
  }
}

/// The encoder's cell with random words that give the recorded uniform numbers.
std::vector<float> draw(const std::string& graph, const FunctionCase& call, bool varying) {
  Report report;
  const auto read = read_graph(graph, call.name, ".", {}, report);
  const auto model = read ? build_model(*read, {}, report) : std::nullopt;
  if (!model) throw std::runtime_error(report.error().text());
  const auto& p = std::get<Population>(model->nodes[0].kind);
  const std::vector<float>& u = call.in("uniforms").values;
  const std::vector<float>& data = call.in("data").values;
  const std::size_t n = model->nodes[0].size;
  std::vector<float> spikes, values(p.cell.nodes.size());
  for (std::size_t i = 0; i < u.size(); ++i) {
    std::vector<float> fixed;
    for (const PerNeuron& f : p.fixed) fixed.push_back(f[i % n]);
    const std::vector<float> ports = {data[varying ? i : i % n]};
    Surroundings around{.fixed = fixed, .ports = ports, .states = {}, .step = i / n};
    // A recorded number may have more than our 24 bits; what is cut off decides nothing in these cases.
    around.random.word[0] = static_cast<std::uint32_t>(std::floor(u[i] * 16777216.0f)) << 8;
    evaluate(p.cell, around, 0, p.cell.nodes.size(), values);
    spikes.push_back(values[p.cell.output]);
  }
  return spikes;
}

TEST(Encoders, RateSpikesWhereTheRecordedRandomNumbersSaySo) {
  const auto calls = calls_of("spikegen.rate");
  std::size_t drawn = 0;
  for (const FunctionCase& call : calls) {
    if (!call.inputs.contains("uniforms")) continue;
    ++drawn;
    // With data that varies snnTorch ignores gain and offset, and puts the empty steps before the data.
    const bool varying = call.args.value("time_var_input", false);
    const Json node = varying ? Json{{"type", "rate"}}
                              : with({{"type", "rate"}}, call.args, {"gain", "offset", "first_spike_time"});
    const NetworkCase made = network(call, node, call.in("data"), varying);
    std::vector<float> want = call.out("spikes").values;
    if (varying) {
      const std::size_t empty = want.size() - call.in("uniforms").values.size();
      for (std::size_t i = 0; i < empty; ++i) EXPECT_EQ(want[i], 0) << call.name;
      want.erase(want.begin(), want.begin() + static_cast<std::ptrdiff_t>(empty));
    }
    EXPECT_EQ(draw(made.graph, call, varying), want) << call.name;
  }
  EXPECT_GE(drawn, 4u);
}

TEST(Encoders, RateHasTheStatisticsOfItsProbabilities) {
  std::size_t counted = 0;
  for (const FunctionCase& call : calls_of("spikegen.rate")) {
    if (call.inputs.contains("uniforms")) continue;
    ++counted;
    const Array& data = call.in("data");
    const Json node = with({{"type", "rate"}}, call.args, {"gain", "offset", "first_spike_time"});
    NetworkCase made = network(call, node, data, false);
    record(made, "code", call.out("spikes"));
    const std::vector<float> got = play(made, Engine::reference).front();
    const std::size_t n = data.values.size();
    const double steps = made.steps;
    for (std::size_t i = 0; i < n; ++i) {
      double ours = 0, theirs = 0;
      for (std::size_t t = 0; t < made.steps; ++t) {
        ours += got[t * n + i];
        theirs += call.out("spikes").values[t * n + i];
      }
      const double p = std::clamp(double{data.values[i]}, 0.0, 1.0),
                   deviation = std::sqrt(p * (1 - p) / steps);
      EXPECT_NEAR(ours / steps, p, 4 * deviation + 1e-9) << call.name << " " << i;
      EXPECT_NEAR(theirs / steps, p, 4 * deviation + 1e-9) << call.name << " " << i;
    }
  }
  EXPECT_GE(counted, 1u);
}

TEST(Encoders, ARegularRateCodeIsAPeriodicSource) {
  const auto calls = calls_of("spikegen.target_rate_code");
  EXPECT_GE(calls.size(), 2u);
  for (const FunctionCase& call : calls) {
    const Array& spikes = call.out("spikes");
    Json graph{{"spikeloom", 1}};
    // The network needs an input to be a case; nobody reads it.
    graph["inputs"]["data"] = {{"shape", {1}}, {"time", "constant"}};
    graph["nodes"]["code"] = {{"type", "periodic"},
                              {"shape", {1}},
                              {"period", 1 / call.args.at("rate").get<double>()},
                              {"phase", call.args.value("first_spike_time", 0)}};
    graph["outputs"]["code"] = "code";
    NetworkCase made;
    made.name = call.name;
    made.graph = graph.dump();
    made.folder = ".";
    made.input = "data";
    made.constant = true;
    made.input_rows = {0};
    made.batch = 1;
    record(made, "code", spikes);
    expect_recorded(made);
  }
}

// A ramp up to every spike of a train that is known in advance is an equation over its times.
TEST(Encoders, RampsBetweenSpikesAreAnEquation) {
  const auto calls = calls_of("spikegen.rate_interpolate");
  EXPECT_GE(calls.size(), 2u);
  for (const FunctionCase& call : calls) {
    Json neuron, node{{"type", "ramp"}};
    std::string next = "1e9", before = "-1";
    const std::vector<float>& times = call.in("spike_time").values;
    for (std::size_t i = times.size(); i-- > 0;) {
      const std::string name = "t" + std::to_string(i);
      neuron["parameters"][name]["doc"] = "time of a spike";
      node[name] = times[i];
      next = "t <= " + name + " ? " + name + " : " + next;
    }
    for (std::size_t i = 0; i < times.size(); ++i)
      before = "t > t" + std::to_string(i) + " ? t" + std::to_string(i) + " : (" + before + ")";
    for (const char* end : {"on", "off"}) neuron["parameters"][end]["doc"] = "end of the ramp";
    node["on"] = call.args.value("on_target", 1.0);
    node["off"] = call.args.value("off_target", 0.0);
    neuron["update"] = {"next = " + next, "last = " + before, "steps = next - last - 1",
                        "ramp = steps > 0 ? (t - last - 1) / steps : 1"};
    neuron["output"] = "input * (next > 1e8 ? off : off + (on - off) * ramp)";
    const Array one{{1}, {1.0f}};
    NetworkCase made = network(call, node, one, false);
    Json graph = Json::parse(made.graph);
    graph["neurons"]["ramp"] = neuron;
    made.graph = graph.dump();
    record(made, "code", call.out("values"));
    expect_recorded(made);
  }
}

// Targets are one-hot rows in other words: as a constant input, the encoders make the rest of them.
TEST(Encoders, TargetsAreEncodedOneHotRows) {
  const auto calls = calls_of("spikegen.targets_convert");
  EXPECT_GE(calls.size(), 5u);
  for (const FunctionCase& call : calls) {
    const std::size_t classes = call.args.at("num_classes");
    Array rows;
    rows.shape = {call.in("targets").values.size(), classes};
    for (const float target : call.in("targets").values)
      for (std::size_t c = 0; c < classes; ++c)
        rows.values.push_back(target == static_cast<float>(c) ? 1.0f : 0.0f);
    const double on = call.args.value("on_target", 1.0), off = call.args.value("off_target", 0.0);
    Array want = call.out("targets_out");
    Json node;
    if (call.args.value("code", "rate") == "latency") {
      node = with({{"type", "latency"}}, call.args, kLatency);
    } else {
      // Off in the steps before the first spike. Where on is above off, off is never below 0.
      node = {
          {"type", "target"}, {"on", on}, {"off", off}, {"first", call.args.value("first_spike_time", 0)}};
      if (want.shape.size() == 2) want.shape.insert(want.shape.begin(), 1);
    }
    NetworkCase made = network(call, node, rows, false);
    Json graph = Json::parse(made.graph);
    if (node["type"] == "target")
      graph["neurons"]["target"] = Json::parse(R"json({
        "parameters": { "on": { "doc": "of the class" }, "off": { "doc": "of the others" }, "first": { "doc": "step" } },
        "output": "t < first ? off : on > off ? max(input * on, off) : input > 0 ? on : off" })json");
    made.graph = graph.dump();
    record(made, "code", want);
    expect_recorded(made);
  }
}

}  // namespace
}  // namespace spikeloom::golden
