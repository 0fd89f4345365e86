// spikeloom doctor: what this machine and this build can do, and whether it works.
#include <array>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cache.h"
#include "compiled.h"
#include "machine/calibration.h"
#include "machine/measure.h"
#include "model/build.h"
#include "options.h"
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

struct DoctorOptions {
  CacheChoice cache;
  bool json = false, calibrate = false, is_clearing = false;
};

/// What is kept, or measured now and kept.
Result<machine::Calibration> calibration(bool measure_now, const Terminal& terminal) {
  const auto folder = machine::cache_folder();
  if (!measure_now) return machine::load(folder);
  terminal.say("measuring this machine; nothing else should run");
  std::optional<Progress> progress;
  machine::Calibration result;
  TRY(result.costs, machine::measure([&](unsigned done, unsigned total) {
        if (!progress) progress.emplace(terminal, total, "parts");
        progress->update(done);
      }));
  progress.reset();
  if (const auto file = machine::save(result.costs, folder))
    result.file = file->string();
  else
    terminal.diagnostics(file.error().diagnostics);
  return result;
}

/// "48 KiB: 211 GB/s in order, 200 as rows of weights"
std::string level_text(const MemoryLevel& level) {
  std::array<char, 96> rates{};
  std::snprintf(rates.data(), rates.size(), "%.0f GB/s in order, %.0f as rows of weights", level.stream_gbs,
                level.rows_gbs);
  return (level.bytes > 0 ? bytes_text(static_cast<std::uint64_t>(level.bytes)) + ": " : "") + rates.data();
}

nlohmann::ordered_json level_json(const MemoryLevel& level) {
  nlohmann::ordered_json json;
  if (level.bytes > 0) json["bytes"] = level.bytes;
  json["stream_gbs"] = level.stream_gbs;
  json["rows_gbs"] = level.rows_gbs;
  return json;
}

std::string entries_text(const CodeCache::Contents& contents) {
  return std::to_string(contents.entries) + (contents.entries == 1 ? " entry, " : " entries, ") +
         bytes_text(contents.bytes);
}

/// Removes every entry, which is all that this option does.
int clear_cache(const DoctorOptions& options, const Terminal& terminal) {
  const OpenedCache opened = options.cache.open();
  if (!opened.cache)
    return fail(terminal, Error(ErrorKind::usage, "there is no cache to clear: " + opened.why_off),
                options.json);
  const CodeCache::Contents removed = opened.cache->clear();
  if (options.json)
    terminal.data(
        nlohmann::ordered_json{{"removed_entries", removed.entries}, {"removed_bytes", removed.bytes}}.dump(
            2) +
        "\n");
  else
    terminal.say("removed " + entries_text(removed) + " from " + escaped(opened.folder.string()));
  return 0;
}

nlohmann::ordered_json cache_json(const OpenedCache& opened) {
  nlohmann::ordered_json json;
  json["folder"] = opened.folder.string();
  json["on"] = opened.cache != nullptr;
  if (!opened.cache) {
    json["why_off"] = opened.why_off;
    return json;
  }
  const CodeCache::Contents contents = opened.cache->contents();
  json["entries"] = contents.entries;
  json["bytes"] = contents.bytes;
  json["most_bytes"] = CodeCache::kMostBytes;
  return json;
}

int doctor(const DoctorOptions& options, const Terminal& terminal) {
  if (options.is_clearing) return clear_cache(options, terminal);
  const bool as_json = options.json;
  const auto limits = calibration(options.calibrate, terminal);
  if (!limits) return fail(terminal, limits.error(), as_json);
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
  } else if (has_code_generator()) {
    line("code", escaped(machine_here.error().diagnostics[0].what));
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
  const OpenedCache cache = options.cache.open();
  json["cache"] = cache_json(cache);
  if (cache.cache)
    line("cache", escaped(cache.folder.string()) + ": " + entries_text(cache.cache->contents()) +
                      " of at most " + bytes_text(CodeCache::kMostBytes));
  else
    line("cache", "off: " + escaped(cache.why_off));

  const MachineCosts& costs = limits->costs;
  std::array<char, 128> arithmetic{};
  std::snprintf(arithmetic.data(), arithmetic.size(),
                "%.0f additions, %.0f multiply-adds in a ns; one after the other %.2g ns each",
                costs.adds_per_ns, costs.fma_per_ns, costs.chain_ns);
  line("one core", arithmetic.data());
  line("  L1", level_text(costs.l1));
  line("  L2", level_text(costs.l2));
  line("  L3", level_text(costs.l3));
  line("  memory", level_text(costs.memory));
  line("", costs.is_measured ? "measured here, kept in " + escaped(limits->file)
                             : "of another machine, until doctor --calibrate has measured this one");
  if (!limits->problem.empty())
    terminal.say("warning: " + escaped(limits->file) + " is not taken: " + limits->problem +
                 "; doctor --calibrate measures again");
  json["costs"] = {{"measured", costs.is_measured},    {"file", limits->file},
                   {"l1", level_json(costs.l1)},       {"l2", level_json(costs.l2)},
                   {"l3", level_json(costs.l3)},       {"memory", level_json(costs.memory)},
                   {"adds_per_ns", costs.adds_per_ns}, {"fma_per_ns", costs.fma_per_ns},
                   {"chain_ns", costs.chain_ns}};

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
  terminal.data(as_json ? json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n"
                        : text);
  return code;
}

}  // namespace

void declare_doctor(OptionSet& set, Action& action) {
  auto options = std::make_shared<DoctorOptions>();
  set.flag("--calibrate", options->calibrate,
           "measure what a core of this machine can do, and keep it for plans and profiles");
  options->cache.declare(set);
  set.flag("--clear-cache", options->is_clearing, "remove all compiled code that is kept");
  set.flag("--json", options->json, "as JSON");
  action = [options](const Terminal& terminal) { return doctor(*options, terminal); };
}

}  // namespace spikeloom::tool
