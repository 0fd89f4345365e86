// spikeloom check: every problem of a graph file.
#include <memory>

#include "choices.h"
#include "options.h"
#include "support/text.h"
#include "support/try.h"
#include "verb.h"

namespace spikeloom::tool {
namespace {

struct CheckOptions {
  NetworkChoice network;
  StageChoice stages;
  bool json = false;
};

/// Shows the stages that come after checking; they may fail on their own.
Result<void> show_stages(const CheckOptions& options, const Network& network, const Terminal& terminal) {
  StageTimes times = network.times;
  TRY_VOID(options.stages.show(network, {.times = &times}, terminal));
  options.stages.say_times(times, terminal);
  return {};
}

int check(const CheckOptions& options, const Terminal& terminal) {
  const Network network = read_network(options.network.file, options.network.options());
  const bool ok = network.model.has_value();
  if (options.json) {
    terminal.data(diagnostics_json(ok, network.problems));
  } else {
    terminal.diagnostics(network.problems);
    say_assumed(network, terminal);
    if (ok) {
      std::size_t nodes = 0;
      for (const ModelNode& node : network.model->nodes) nodes += !node.implicit;
      terminal.say(escaped(network.file) + ": " + terminal.good("ok") + ", " + std::to_string(nodes) +
                   (nodes == 1 ? " node" : " nodes"));
    } else {
      std::size_t errors = 0;
      for (const Diagnostic& d : network.problems) errors += d.severity == Diagnostic::Severity::error;
      if (errors > 1) terminal.say(std::to_string(errors) + " errors");
    }
  }
  if (!ok) return static_cast<int>(Error(network.problems).kind());
  const auto shown = show_stages(options, network, terminal);
  return shown ? 0 : fail(terminal, shown.error());
}

}  // namespace

void declare_check(OptionSet& set, Action& action) {
  auto options = std::make_shared<CheckOptions>();
  options->network.declare(set);
  const Option dump = options->stages.declare(set);
  set.flag("--json", options->json, "print the problems to stdout as JSON").excludes(dump);
  action = [options](const Terminal& terminal) { return check(*options, terminal); };
}

}  // namespace spikeloom::tool
