// spikeloom describe: a network as text, JSON or drawing, and how it will run.
#include "describe/describe.h"

#include <CLI/CLI.hpp>
#include <memory>
#include <vector>

#include "choices.h"
#include "support/try.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

struct Options {
  NetworkChoice network;
  MachineChoice machine;
  bool dot = false, mermaid = false, plan = false, json = false;
  std::string stage;
};

Result<std::string> text_of(const Options& options, const Model& model) {
  if (options.stage == "model") return model.print();
  if (options.stage == "llvm") return dump(model, options.machine.target(), Dump::llvm);
  if (options.stage == "asm") return dump(model, options.machine.target(), Dump::assembly);
  if (options.stage == "plan") return dump(model, options.machine.target(), Dump::plan);
  if (options.dot) return describe_dot(model);
  if (options.mermaid) return describe_mermaid(model);
  if (options.json) return describe_json(model);
  std::string text = describe_text(model);
  if (options.plan) {
    TRY(const std::string plan, dump(model, options.machine.target(), Dump::plan));
    text += "\n" + plan;
  }
  return text;
}

int describe(const Options& options, const Terminal& terminal) {
  const auto network = options.network.load(terminal);
  if (!network) return fail(terminal, network.error(), options.json);
  const auto text = text_of(options, *network->model);
  if (!text) return fail(terminal, text.error(), options.json);
  terminal.data(*text);
  if (!text->ends_with('\n')) terminal.data("\n");
  return 0;
}

}  // namespace

void declare_describe(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  options->network.declare(app);
  const std::vector<CLI::Option*> forms = {
      app.add_flag("--dot", options->dot, "as a Graphviz drawing"),
      app.add_flag("--mermaid", options->mermaid, "as a Mermaid flowchart"),
      app.add_flag("--json", options->json, "as JSON"),
      app.add_flag("--plan", options->plan, "with the schedule: stages, kernels, buffers"),
      app.add_option("--dump", options->stage, "the text of a compiler stage")
          ->check(CLI::IsMember({"model", "plan", "llvm", "asm"}))
          ->type_name("model|plan|llvm|asm")};
  for (CLI::Option* one : forms)
    for (CLI::Option* other : forms)
      if (one != other) one->excludes(other);
  options->machine.declare(app);
  action = [options](const Terminal& terminal) { return describe(*options, terminal); };
}

}  // namespace spikeloom::tool
