#include "describe/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "describe/columns.h"
#include "json/json.h"
#include "session/shares.h"
#include "support/text.h"

namespace spikeloom {
namespace {

using Object = nlohmann::ordered_json;

DensityOf assumed(const PlanView& view) {
  return [&view](const StageDrive& drive) { return drive.input_is_constant ? 1.0 : view.density; };
}

StageWork work(const PlanShape& plan, const StageShape& stage, const PlanView& view) {
  return work_of(view.costs, plan, stage, view.batch, assumed(view));
}

/// Where dense input is another matter than events.
std::string drive_text(const StageDrive& drive, const StageShape& stage) {
  if (stage.once) return "constant";
  if (!drive.may_be_dense || drive.dense_from >= 1) return "events";
  return drive.dense_from <= 0 ? "dense" : "events, dense from " + percent_text(drive.dense_from);
}

std::string runs_text(const StageShape& stage) {
  return stage.once ? "once" : stage.steps == 1 ? "step by step" : std::to_string(stage.steps) + " steps";
}

/// Neurons that run their steps before the next ones do.
std::string tile_text(const StageShape& stage) {
  return stage.panel == 0 || stage.panel >= stage.neurons ? "all" : std::to_string(stage.panel);
}

/// "fc1 of image", "of image (constant)"
std::string layer_text(const StageDrive& drive, const StageShape& stage) {
  const std::string layer = drive.layer == stage.name ? "" : drive.layer + " ";
  return json::escape(layer + "of " + drive.input + (drive.input_is_constant ? " (constant)" : ""));
}

/// "lif1 with norm1"
std::string name_text(const StageShape& stage) {
  constexpr std::size_t most = 4;
  std::vector<std::string> inlined;
  for (const std::string& node : stage.inlined) inlined.push_back(json::escape(node));
  return json::escape(stage.name) + (inlined.empty() ? "" : " with " + listed(inlined, "and", most));
}

/// How a session shares a block: what it decides, from what it knows.
class Sharers {
 public:
  Sharers(const PlanShape& plan, const PlanView& view) : plan_(plan) {
    std::vector<StageLoad> loads;
    for (const StageShape& stage : plan.stages) {
      if (!stage.once) block_ns_ += stage.shared_ns * view.batch * plan.block_steps;
      loads.push_back(load_of(stage));
    }
    shares_ = Shares(std::move(loads), view.batch, view.threads);
    choice_ = shares_.choose(plan.block_steps);
    batch_ = view.batch;
  }

  unsigned of_block() const { return choice_.threads; }
  double block_ns() const { return block_ns_; }
  const char* what() const {
    return choice_.of == Shares::Choice::Of::samples   ? "samples"
           : choice_.of == Shares::Choice::Of::neurons ? "neurons"
                                                       : nullptr;
  }
  unsigned of(const StageShape& stage) const {
    if (stage.once) return 1;
    if (choice_.of == Shares::Choice::Of::samples) return choice_.threads;
    return what() ? shares_.threads_of_call(load_of(stage), plan_.block_steps) : 1;
  }
  std::string why(const StageShape& stage) const {
    if (stage.once) return "runs once";
    if (choice_.of == Shares::Choice::Of::samples) return "each takes some samples through all stages";
    if (of(stage) > 1) return "each takes some of the neurons";
    if (shares_.threads() == 1) return "there is one thread";
    if (stage.whole) return "all neurons are computed in one call";
    const double ns = stage.shared_ns * batch_ * stage.steps;
    return "a call may take as little as " + time_text(ns) + ", and a share is worth handing over from " +
           time_text(kLeastShareNs) + " on";
  }

 private:
  StageLoad load_of(const StageShape& stage) const {
    return {stage.once ? 0 : stage.shared_ns, static_cast<std::uint32_t>(stage.neurons), stage.steps,
            stage.whole};
  }

  const PlanShape& plan_;
  Shares shares_;
  Shares::Choice choice_;
  std::uint32_t batch_ = 1;
  double block_ns_ = 0;
};

class Table {
 public:
  Table(const PlanShape& plan, const PlanView& view) : plan_(plan), view_(view), sharers_(plan, view) {}

  std::string text() {
    rows_.push_back({"stage", "neurons", "runs", "tile", "sums", "drive", "weights", "states", "buffers",
                     "predicted", "limited by", "threads"});
    for (const StageShape& stage : plan_.stages) add(stage);
    std::ostringstream out;
    out << "plan: " << counted(plan_.lanes, "lane") << ", blocks of " << counted(plan_.block_steps, "step")
        << ", groups of " << counted(plan_.group, "sample") << "\n";
    for (const std::string& line : in_columns(rows_, "lrllllrrrrlr")) out << "  " << line << "\n";
    out << "  a step of a sample: " << time_text(ns_) << " on one core, predicted for "
        << counted(view_.batch, "sample") << " and " << percent_text(view_.density) << " active inputs\n"
        << "  rates of "
        << (view_.costs.is_measured ? "this machine, measured"
                                    : "another machine; spikeloom doctor --calibrate measures this one")
        << "\n  memory: " << size_text(plan_.shared_bytes) << " shared, " << size_text(plan_.sample_bytes)
        << " a sample, " << size_text(plan_.thread_bytes) << " a thread\n"
        << "  threads: " << threads_text() << "\n";
    bool is_first = true;
    for (const StageShape& stage : plan_.stages) {
      if (stage.alone.empty()) continue;
      out << (is_first ? "  not fused: " : "             ") << json::escape(stage.name) << ", because "
          << json::escape(stage.alone, 200) << "\n";
      is_first = false;
    }
    return out.str();
  }

 private:
  void add(const StageShape& stage) {
    const StageWork w = work(plan_, stage, view_);
    if (!stage.once) ns_ += w.predicted.ns;
    const StageDrive* first = stage.drives.empty() ? nullptr : &stage.drives.front();
    rows_.push_back({name_text(stage), std::to_string(stage.neurons), runs_text(stage), tile_text(stage),
                     first ? layer_text(*first, stage) : "-", first ? drive_text(*first, stage) : "-",
                     first ? size_text(first->weight_bytes) : "-", size_text(stage.state_bytes),
                     size_text(stage.buffer_bytes), stage.once ? "-" : time_text(w.predicted.ns),
                     stage.once ? "-" : words(w.predicted.bound), std::to_string(sharers_.of(stage))});
    for (std::size_t i = 1; i < stage.drives.size(); ++i)
      rows_.push_back({"", "", "", "", layer_text(stage.drives[i], stage), drive_text(stage.drives[i], stage),
                       size_text(stage.drives[i].weight_bytes)});
  }

  /// Of the block; a stage that is not shared as the others are has its reason in the JSON.
  std::string threads_text() const {
    const std::string least = "a block may take as little as " + time_text(sharers_.block_ns());
    if (view_.threads == 1) return "1, as asked for";
    const std::string used = std::to_string(sharers_.of_block()) + " of " + std::to_string(view_.threads);
    if (sharers_.what()) return used + ", which share the " + sharers_.what() + "; " + least;
    return used + ", because " + least + ", and a share is worth handing over from " +
           time_text(kLeastShareNs) + " on";
  }

  const PlanShape& plan_;
  const PlanView& view_;
  const Sharers sharers_;
  std::vector<std::vector<std::string>> rows_;
  double ns_ = 0;
};

Object json_of(const PlanShape& plan, const StageShape& stage, const PlanView& view, const Sharers& sharers) {
  const StageWork w = work(plan, stage, view);
  Object drives = Object::array();
  for (const StageDrive& d : stage.drives)
    drives.push_back({{"layer", d.layer},
                      {"input", d.input},
                      {"fan_in", d.fan_in},
                      {"weight_bytes", d.weight_bytes},
                      {"dense_from", d.may_be_dense ? Object(d.dense_from) : Object(nullptr)}});
  Object o{{"stage", stage.name},
           {"kernel", stage.kernel},
           {"neurons", stage.neurons},
           {"inlined", stage.inlined},
           {"once", stage.once},
           {"steps_together", stage.steps},
           {"tile", stage.panel == 0 ? stage.neurons : std::min<std::uint64_t>(stage.panel, stage.neurons)},
           {"drives", std::move(drives)},
           {"weight_bytes", stage.weight_bytes},
           {"parameter_bytes", stage.parameter_bytes},
           {"state_bytes", stage.state_bytes},
           {"buffer_bytes", stage.buffer_bytes},
           {"predicted_ns", w.predicted.ns},
           {"limited_by", words(w.predicted.bound)},
           {"threads", sharers.of(stage)},
           {"threads_because", sharers.why(stage)}};
  if (!stage.alone.empty()) o["not_fused_because"] = stage.alone;
  return o;
}

}  // namespace

std::string describe_plan_text(const PlanShape& plan, const PlanView& view) {
  return Table(plan, view).text();
}

std::string describe_plan_json(const PlanShape& plan, const PlanView& view) {
  Object o{{"name", plan.name},
           {"lanes", plan.lanes},
           {"block_steps", plan.block_steps},
           {"group_samples", plan.group},
           {"shared_bytes", plan.shared_bytes},
           {"sample_bytes", plan.sample_bytes},
           {"thread_bytes", plan.thread_bytes},
           {"predicted_for", {{"batch", view.batch}, {"density", view.density}}},
           {"costs_measured_here", view.costs.is_measured}};
  const Sharers sharers(plan, view);
  o["threads"] = {{"at_most", view.threads},
                  {"used", sharers.of_block()},
                  {"share", sharers.what() ? Object(sharers.what()) : Object(nullptr)},
                  {"least_block_ns", sharers.block_ns()}};
  o["stages"] = Object::array();
  for (const StageShape& stage : plan.stages) o["stages"].push_back(json_of(plan, stage, view, sharers));
  return o.dump(2, ' ', false, Object::error_handler_t::replace) + "\n";
}

}  // namespace spikeloom
