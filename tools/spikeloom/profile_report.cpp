#include "profile_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "describe/columns.h"
#include "support/text.h"

namespace spikeloom::tool {
namespace {

// Stages that take less of the time need no explanation.
constexpr double kWorthASentence = 0.1;
constexpr double kAtTheLimit = 0.7;
constexpr double kDense = 0.3;
constexpr double kSmallCallNs = 500;  // work of a call that its own overhead is visible beside
constexpr std::uint32_t kFewSamples = 8;

std::string join(const std::vector<double>& densities) {
  std::string text;
  for (const double density : densities) text += (text.empty() ? "" : ", ") + percent_text(density);
  return text.empty() ? "-" : text;
}

double share_of_time(const Profile& profile, const ProfiledStage& stage) {
  return profile.step_ns > 0 && !stage.shape->once ? stage.ns / profile.step_ns : 0;
}

double per_second(const Profile& profile, const ProfiledStage& stage) {
  return stage.ns > 0 ? stage.work.synaptic * profile.batch / stage.ns * 1e9 : 0;
}

}  // namespace

double share_of_limit(const Profile& profile, const ProfiledStage& stage) {
  return stage.ns > 0 ? stage.work.predicted.ns * profile.batch / stage.ns : 0;
}

std::string why_slow(const Profile& profile, const ProfiledStage& stage) {
  const StageShape& shape = *stage.shape;
  const double share = share_of_limit(profile, stage);
  const double densest = stage.densities.empty() ? 0 : *std::ranges::max_element(stage.densities);
  const std::string bound = words(stage.work.predicted.bound);
  const std::string limit =
      (profile.costs.is_measured ? "this machine's limit, " : "the limit expected, ") + bound;
  if (share >= kAtTheLimit) {
    if (stage.work.is_dense)
      return "at " + limit + "; with " + percent_text(densest) +
             " of its inputs active it is computed as a dense matrix, and only fewer weights help";
    if (shape.drives.empty()) return "at " + limit;
    return "at " + limit + "; fewer spikes or fewer weights help";
  }
  const double call_ns = stage.work.predicted.ns * profile.batch * static_cast<double>(shape.steps);
  if (call_ns < kSmallCallNs)
    return "so little work that calling it is visible beside it" +
           std::string(profile.batch < kFewSamples ? "; more samples at once (--batch) share a call" : "");
  if (shape.steps < profile.plan.block_steps && !shape.once)
    return "part of a loop, so it runs " +
           (shape.steps == 1 ? std::string("step by step")
                             : std::to_string(shape.steps) + " steps at a time") +
           " and reads weights and states again each time; limited by " + bound;
  if (!shape.alone.empty())
    return "a stage of its own, so its values go through memory, because " + shape.alone;
  if (densest >= kDense)
    return percent_text(densest) + " of its inputs are active, so skipping silent ones gains little";
  return "at " + percent_text(share) + " of " + limit +
         (profile.costs.is_measured
              ? "; the plan has no reason for the rest, other programs may be one"
              : "; only doctor --calibrate can tell whether that holds for this machine");
}

std::vector<std::string> profile_lines(const Profile& profile) {
  std::vector<std::vector<std::string>> rows = {{"stage", "a step", "time", "calls", "active inputs",
                                                 "spikes", "synaptic ops", "a second", "weights read",
                                                 "of limit", "limited by"}};
  const ProfiledStage* slowest = nullptr;
  for (const ProfiledStage& stage : profile.stages) {
    const StageShape& shape = *stage.shape;
    const bool sums = stage.work.synaptic > 0;
    rows.push_back({escaped(shape.name), shape.once ? "once " + time_text(stage.ns) : time_text(stage.ns),
                    shape.once ? "-" : percent_text(share_of_time(profile, stage)),
                    std::to_string(stage.calls), join(stage.densities),
                    shape.spikes ? percent_text(stage.spikes) : "-",
                    sums ? count_text(stage.work.synaptic * profile.batch) : "-",
                    sums ? count_text(per_second(profile, stage)) : "-",
                    sums ? size_text(static_cast<std::uint64_t>(stage.work.bytes * profile.batch)) : "-",
                    percent_text(share_of_limit(profile, stage)), words(stage.work.predicted.bound)});
    if (!shape.once && (!slowest || stage.ns > slowest->ns)) slowest = &stage;
  }
  std::vector<std::string> lines = in_columns(rows, "lrrrrrrrrrl");
  for (const ProfiledStage& stage : profile.stages)
    if (&stage == slowest || share_of_time(profile, stage) >= kWorthASentence)
      lines.push_back(escaped(stage.shape->name) + ": " + percent_text(share_of_time(profile, stage)) +
                      " of the time; " + escaped(why_slow(profile, stage)));
  return lines;
}

std::string profile_json(const Profile& profile, const std::string& graph, const std::string& cpu) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["spikeloom"] = SPIKELOOM_VERSION;
  json["graph"] = graph;
  json["cpu"] = cpu;
  json["steps"] = profile.steps;
  json["batch"] = profile.batch;
  json["threads"] = profile.threads;
  json["runs"] = profile.runs;
  json["step_s"] = profile.step_ns * 1e-9;
  json["clock_s"] = profile.clock_ns * 1e-9;
  json["costs_measured_here"] = profile.costs.is_measured;
  json["stages"] = Json::array();
  for (const ProfiledStage& stage : profile.stages)
    json["stages"].push_back({{"stage", stage.shape->name},
                              {"kernel", stage.shape->kernel},
                              {"once", stage.shape->once},
                              {"step_s", stage.ns * 1e-9},
                              {"share_of_time", share_of_time(profile, stage)},
                              {"calls", stage.calls},
                              {"input_density", stage.densities},
                              {"spike_density", stage.shape->spikes ? Json(stage.spikes) : Json(nullptr)},
                              {"synaptic_operations", stage.work.synaptic * profile.batch},
                              {"neuron_operations", stage.work.operations * profile.batch},
                              {"weight_bytes_read", stage.work.bytes * profile.batch},
                              {"predicted_s", stage.work.predicted.ns * profile.batch * 1e-9},
                              {"share_of_limit", share_of_limit(profile, stage)},
                              {"limited_by", words(stage.work.predicted.bound)},
                              {"why", why_slow(profile, stage)}});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace spikeloom::tool
