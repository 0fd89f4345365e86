// spikeloom describe: a network as text, JSON or drawing, and how it will run.
#include "describe/describe.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "choices.h"
#include "describe/plan.h"
#include "options.h"
#include "session/team.h"
#include "support/try.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

struct DescribeOptions {
  NetworkChoice network;
  MachineChoice machine;
  StageChoice stages;
  bool dot = false, mermaid = false, plan = false, json = false;
  PlanView view = {.threads = 0};  // what predictions assume
};

/// With the plan as one more key.
Result<std::string> json_of(const DescribeOptions& options, const Model& model, const TargetChoice& target) {
  if (!options.plan) return describe_json(model);
  TRY(const PlanShape plan, plan_shape(model, target));
  auto json = nlohmann::ordered_json::parse(describe_json(model));
  json["plan"] = nlohmann::ordered_json::parse(describe_plan_json(plan, options.view));
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Result<std::string> text_of(const DescribeOptions& options, const Model& model, const TargetChoice& target) {
  if (options.dot) return describe_dot(model);
  if (options.mermaid) return describe_mermaid(model);
  if (options.json) return json_of(options, model, target);
  if (!options.plan) return describe_text(model);
  TRY(const PlanShape plan, plan_shape(model, target));
  return describe_text(model) + "\n" + describe_plan_text(plan, options.view);
}

int describe(DescribeOptions& options, const Terminal& terminal) {
  if (options.plan) options.view.costs = kept_costs(terminal);
  if (options.view.threads == 0) options.view.threads = usable_cores();
  const auto network = options.network.load(terminal);
  if (!network) return fail(terminal, network.error(), options.json);
  StageTimes times = network->times;
  TargetChoice target = options.machine.target();
  target.times = &times;
  if (!options.stages.dump.empty()) {
    if (const auto shown = options.stages.show(*network, target, terminal); !shown)
      return fail(terminal, shown.error());
  } else {
    const auto text = text_of(options, *network->model, target);
    if (!text) return fail(terminal, text.error(), options.json);
    terminal.data(*text);
    if (!text->ends_with('\n')) terminal.data("\n");
  }
  options.stages.say_times(times, terminal);
  return 0;
}

}  // namespace

void declare_describe(OptionSet& set, Action& action) {
  auto options = std::make_shared<DescribeOptions>();
  options->network.declare(set);
  const Option dot = set.flag("--dot", options->dot, "as a Graphviz drawing");
  const Option mermaid = set.flag("--mermaid", options->mermaid, "as a Mermaid flowchart").excludes(dot);
  const Option json = set.flag("--json", options->json, "as JSON").excludes(dot).excludes(mermaid);
  const Option stages = options->stages.declare(set).excludes(dot).excludes(mermaid).excludes(json);
  const Option plan =
      set.flag("--plan", options->plan, "with the schedule: stages, drives, tiles, bytes, predicted times")
          .excludes(dot)
          .excludes(mermaid)
          .excludes(stages);
  set.option("--batch", options->view.batch, "with --plan: samples that predictions assume (1)")
      .between(1u, 1u << 24)
      .needs(plan)
      .value_name("N");
  set.option("--density", options->view.density,
             "with --plan: share of active inputs that predictions assume (0.1)")
      .check(is_share)
      .needs(plan)
      .value_name("P");
  set.option("--threads", options->view.threads, "with --plan: threads at most (0: the cores)")
      .between(0u, 1024u)
      .needs(plan)
      .value_name("N");
  options->machine.declare(set);
  action = [options](const Terminal& terminal) { return describe(*options, terminal); };
}

}  // namespace spikeloom::tool
