// spikeloom describe: a network as text, JSON or drawing, and how it will run.
#include "describe/describe.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "choices.h"
#include "describe/plan.h"
#include "session/team.h"
#include "support/try.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

struct Options {
  NetworkChoice network;
  MachineChoice machine;
  StageChoice stages;
  bool dot = false, mermaid = false, plan = false, json = false;
  PlanView view = {.threads = 0};  // what predictions assume
};

/// With the plan as one more key.
Result<std::string> json_of(const Options& options, const Model& model, const TargetChoice& target) {
  if (!options.plan) return describe_json(model);
  TRY(const PlanShape plan, plan_shape(model, target));
  auto json = nlohmann::ordered_json::parse(describe_json(model));
  json["plan"] = nlohmann::ordered_json::parse(describe_plan_json(plan, options.view));
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

Result<std::string> text_of(const Options& options, const Model& model, const TargetChoice& target) {
  if (options.dot) return describe_dot(model);
  if (options.mermaid) return describe_mermaid(model);
  if (options.json) return json_of(options, model, target);
  if (!options.plan) return describe_text(model);
  TRY(const PlanShape plan, plan_shape(model, target));
  return describe_text(model) + "\n" + describe_plan_text(plan, options.view);
}

int describe(Options& options, const Terminal& terminal) {
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

void declare_describe(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  options->network.declare(app);
  const std::vector<CLI::Option*> forms = {
      app.add_flag("--dot", options->dot, "as a Graphviz drawing"),
      app.add_flag("--mermaid", options->mermaid, "as a Mermaid flowchart"),
      app.add_flag("--json", options->json, "as JSON"), options->stages.declare(app)};
  for (CLI::Option* one : forms)
    for (CLI::Option* other : forms)
      if (one != other) one->excludes(other);
  CLI::Option* plan = app.add_flag("--plan", options->plan,
                                   "with the schedule: stages, drives, tiles, bytes, predicted times");
  for (CLI::Option* form : forms)
    if (form->get_name() != "--json") plan->excludes(form);
  app.add_option("--batch", options->view.batch, "with --plan: samples that predictions assume (1)")
      ->check(CLI::Range(1u, 1u << 24))
      ->needs(plan)
      ->type_name("N");
  app.add_option("--density", options->view.density,
                 "with --plan: share of active inputs that predictions assume (0.1)")
      ->check(is_share)
      ->needs(plan)
      ->type_name("P");
  app.add_option("--threads", options->view.threads, "with --plan: threads at most (0: the cores)")
      ->check(CLI::Range(0u, 1024u))
      ->needs(plan)
      ->type_name("N");
  options->machine.declare(app);
  action = [options](const Terminal& terminal) { return describe(*options, terminal); };
}

}  // namespace spikeloom::tool
