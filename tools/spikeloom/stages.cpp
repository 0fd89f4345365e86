#include "stages.h"

#include <algorithm>
#include <array>

#include "compiled.h"
#include "network.h"
#include "options.h"
#include "progress.h"
#include "support/try.h"
#include "terminal.h"

namespace spikeloom::tool {
namespace {

constexpr std::array<const char*, 5> kStages = {"graph", "model", "plan", "llvm", "asm"};

}  // namespace

Option StageChoice::declare(OptionSet& set) {
  set.flag("--time-stages", times, "say how long each stage of the compiler took");
  return set.option("--dump", dump, "print what stages of the compiler gave: graph,model,plan,llvm,asm")
      .split_at(',')
      .one_value_each()
      .one_of(std::vector<std::string>(kStages.begin(), kStages.end()))
      .value_name("LIST");
}

Result<void> StageChoice::show(const Network& network, const TargetChoice& target,
                               const Terminal& terminal) const {
  const auto is_wanted = [&](const char* stage) { return std::ranges::find(dump, stage) != dump.end(); };
  std::string texts[kStages.size()];
  auto& [graph, model, plan, llvm, assembly] = texts;
  if (is_wanted("graph")) graph = network.graph->print();
  if (is_wanted("model")) model = network.model->print();
  if (is_wanted("plan") || is_wanted("llvm") || is_wanted("asm"))
    TRY_VOID(write_stages(*network.model, target,
                          {.plan = is_wanted("plan") ? &plan : nullptr,
                           .llvm = is_wanted("llvm") ? &llvm : nullptr,
                           .assembly = is_wanted("asm") ? &assembly : nullptr}));
  for (std::size_t i = 0; i < kStages.size(); ++i) {
    if (!is_wanted(kStages[i])) continue;
    if (!texts[i].ends_with('\n')) texts[i] += '\n';
    terminal.data(dump.size() > 1 ? std::string("== ") + kStages[i] + "\n" + texts[i] : texts[i]);
  }
  return {};
}

void StageChoice::say_times(const StageTimes& stages, const Terminal& terminal) const {
  if (!times) return;
  double total = 0;
  const auto line = [&](const std::string& name, double seconds) {
    terminal.say("  " + name + std::string(name.size() < 24 ? 24 - name.size() : 1, ' ') +
                 duration_text(seconds));
  };
  for (const StageTime& s : stages) {
    line(s.stage, s.seconds);
    total += s.seconds;
  }
  line("all stages", total);
}

}  // namespace spikeloom::tool
