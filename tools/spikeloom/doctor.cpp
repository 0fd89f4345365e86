// spikeloom doctor: what this machine and this build can do, and whether it works.
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "compiled.h"
#include "model/build.h"
#include "progress.h"
#include "spikeloom/recorders.h"
#include "support/file.h"
#include "support/report.h"
#include "support/text.h"
#include "support/try.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

// Two layers and a recurrent edge: every kind of kernel that most networks need.
constexpr const char* kSmallNetwork = R"({
  "spikeloom": 1,
  "inputs": { "current": { "shape": [8] } },
  "nodes": {
    "fc":  { "type": "linear", "from": "current", "weight": { "random": "normal", "std": 0.7, "seed": 1, "shape": [40, 8] } },
    "rec": { "type": "linear", "from": { "node": "lif", "delay": 1 }, "weight": { "random": "normal", "std": 0.2, "seed": 2, "shape": [40, 40] } },
    "lif": { "type": "lif", "from": ["fc", "rec"], "beta": 0.9 },
    "syn": { "type": "synaptic", "from": "lif", "alpha": 0.8, "beta": 0.9 }
  },
  "outputs": { "spikes": "syn" }
})";
constexpr std::uint32_t kSteps = 100, kBatch = 3;

Result<void> source(std::string_view, std::uint64_t first_step, std::uint32_t steps, std::span<float> rows) {
  const std::size_t row = rows.size() / steps;
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i] = static_cast<float>(((first_step + i / row) * 37 + i % row * 11) % 19) / 19.0f;
  return {};
}

/// The spikes and the membrane of every neuron in every step.
Result<std::vector<float>> history(const EngineMaker& maker) {
  SessionOptions options;
  options.batch = kBatch;
  TRY(const auto engine, maker.make(options));
  TraceRecorder spikes, membrane;
  TRY_VOID(engine->record("lif", spikes, 0, 40));
  TRY_VOID(engine->record("syn.mem", membrane, 0, 40));
  TRY_VOID(engine->run(kSteps, source, {}));
  TRY_VOID(engine->finish_recording());
  std::vector<float> all(spikes.values().begin(), spikes.values().end());
  all.insert(all.end(), membrane.values().begin(), membrane.values().end());
  return all;
}

struct SelfCheck {
  bool same = false;
  std::uint64_t spikes = 0;
};

Result<SelfCheck> self_check() {
  Report report;
  const auto graph = read_graph(kSmallNetwork, "self-check", ".", GraphOptions{}, report);
  const auto model = graph == nullptr ? std::nullopt : build_model(*graph, ModelLimits{}, report);
  if (!model) return report.error();
  TRY(const auto compiled, compiled_maker(*model, {}));
  TRY(const std::vector<float> got, history(*compiled));
  TRY(const std::vector<float> wanted, history(*reference_maker(*model)));
  SelfCheck check;
  check.same =
      got.size() == wanted.size() && std::equal(got.begin(), got.end(), wanted.begin(), [](float a, float b) {
        return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
               (std::isnan(a) && std::isnan(b));
      });
  for (std::size_t i = 0; i < got.size() / 2; ++i) check.spikes += got[i] != 0;
  return check;
}

int doctor(bool as_json, const Terminal& terminal) {
  const auto machine_here = machine();
  nlohmann::ordered_json json;
  json["spikeloom"] = SPIKELOOM_VERSION;
  json["code_generator"] = has_code_generator();
  json["threads"] = std::thread::hardware_concurrency();
  std::string text = terminal.bold_data("spikeloom " SPIKELOOM_VERSION) + "\n";
  const auto line = [&](const std::string& name, const std::string& value) {
    text += "  " + name + std::string(name.size() < 14 ? 14 - name.size() : 1, ' ') + value + "\n";
  };
  if (machine_here) {
    json["llvm"] = machine_here->llvm_version;
    json["cpu"] = machine_here->cpu;
    json["triple"] = machine_here->triple;
    json["features"] = machine_here->features;
    json["lanes"] = machine_here->lanes;
    json["fma"] = machine_here->has_fma;
    line("LLVM", machine_here->llvm_version);
    line("CPU", machine_here->cpu + " (" + machine_here->triple + ")");
    line("lanes", std::to_string(machine_here->lanes) + " float32 a vector" +
                      (machine_here->has_fma ? ", fused multiply-add" : ", no fused multiply-add"));
  } else {
    line("code", "this build has no code generator: check, describe and the reference work");
  }
  line("threads", std::to_string(std::thread::hardware_concurrency()) + " in this machine");
  const GraphOptions graph_limits;
  const SessionOptions session_limits;
  json["limits"] = {{"graph_bytes", graph_limits.json.bytes},
                    {"graph_depth", graph_limits.json.depth},
                    {"nodes", graph_limits.nodes},
                    {"tensor_elements", graph_limits.tensors.elements},
                    {"tensor_file_bytes", graph_limits.tensors.file_bytes},
                    {"running_bytes", session_limits.memory_limit}};
  line("limits", "graph file " + bytes_text(graph_limits.json.bytes) + ", " +
                     std::to_string(graph_limits.nodes) + " nodes");
  line("", "tensor file " + bytes_text(graph_limits.tensors.file_bytes) + ", running memory " +
               bytes_text(session_limits.memory_limit));

  int code = 0;
  if (has_code_generator()) {
    const auto check = self_check();
    if (!check) {
      if (!as_json) terminal.data(text);
      return fail(terminal, check.error(), as_json);
    }
    json["self_check"] = check->same ? "ok" : "mismatch";
    code = check->same ? 0 : static_cast<int>(ErrorKind::mismatch);
    line("self-check",
         check->same ? "compiled code and reference give the same bits (" + std::to_string(kSteps) +
                           " steps, " + std::to_string(check->spikes) + " spikes)"
                     : "MISMATCH: compiled code differs from the reference; please report this machine");
  }
  terminal.data(as_json ? json.dump(2) + "\n" : text);
  return code;
}

}  // namespace

void declare_doctor(CLI::App& app, Action& action) {
  auto as_json = std::make_shared<bool>(false);
  app.add_flag("--json", *as_json, "as JSON");
  action = [as_json](const Terminal& terminal) { return doctor(*as_json, terminal); };
}

}  // namespace spikeloom::tool
