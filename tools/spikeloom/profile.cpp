// spikeloom profile: where the time of a network goes, stage by stage, and why.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>

#include "choices.h"
#include "describe/columns.h"
#include "interrupt.h"
#include "options.h"
#include "profile_report.h"
#include "progress.h"
#include "support/text.h"
#include "support/try.h"
#include "tally.h"
#include "verb.h"
#include "workload.h"

namespace spikeloom::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kWarmUpSeconds = 0.1, kSeconds = 0.5;
constexpr std::size_t kFewestRuns = 3, kMostRuns = 10000;

struct ProfileOptions {
  NetworkChoice network;
  MachineChoice machine;
  ThreadChoice threads;
  WorkloadChoice load;
  bool json = false;
};

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// What two looks at the clock take when there is nothing in between.
double clock_ns() {
  std::vector<double> times(1000);
  for (double& ns : times) {
    const auto before = Clock::now();
    ns = std::chrono::duration<double, std::nano>(Clock::now() - before).count();
  }
  return median(std::move(times));
}

/// Sums the time between the begin and the end of each call of a stage, on whichever thread runs it.
struct Stopwatch {
  struct Stage {
    std::atomic<std::uint64_t> ns = 0, calls = 0;
  };
  std::vector<Stage> stages;

  static void observe(void* context, std::uint32_t stage, int begins) {
    thread_local Clock::time_point begin;
    if (begins != 0) {
      begin = Clock::now();
      return;
    }
    const auto passed = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin);
    Stage& s = static_cast<Stopwatch*>(context)->stages[stage];
    s.ns.fetch_add(static_cast<std::uint64_t>(passed.count()), std::memory_order_relaxed);
    s.calls.fetch_add(1, std::memory_order_relaxed);
  }
  void clear() {
    for (Stage& stage : stages) stage.ns = stage.calls = 0;
  }
};

class Profiler {
 public:
  Profiler(const Workload& load, const CompiledProgram& compiled, const ThreadChoice& threads,
           const Terminal& terminal)
      : load_(load), compiled_(compiled), threads_(threads), terminal_(terminal) {}

  /// False if it was interrupted before there was anything to tell.
  Result<bool> run(const std::stop_token& stop, Profile& profile) {
    profile.plan = compiled_.shape;
    profile.steps = load_.steps();
    profile.batch = load_.batch();
    profile.clock_ns = clock_ns();
    TRY_VOID(time_stages(stop, profile));
    if (profile.runs == 0) return false;
    TRY_VOID(count_spikes(profile));
    return true;
  }

 private:
  Result<void> time_stages(const std::stop_token& stop, Profile& profile) {
    const std::size_t count = compiled_.shape.stages.size();
    Stopwatch watch{.stages = std::vector<Stopwatch::Stage>(count)};
    SessionOptions options;
    options.batch = load_.batch();
    options.stage_observer = &Stopwatch::observe;
    options.observer_context = &watch;
    threads_.put_into(options);
    TRY(Session session, Session::create(compiled_.program, options));
    profile.threads = session.threads_for(compiled_.shape.block_steps);
    TRY_VOID(load_.set_constants(session));
    std::vector<std::vector<double>> ns(count);
    std::vector<std::uint64_t> calls(count);
    Progress progress(terminal_, static_cast<std::uint64_t>(kSeconds * 1000), "ms");
    const auto start = Clock::now();
    double seconds = 0;
    for (std::size_t run = 0; !stop.stop_requested() && run < kMostRuns &&
                              (seconds < kWarmUpSeconds + kSeconds || profile.runs < kFewestRuns);
         ++run) {
      watch.clear();
      TRY_VOID(session.reset());
      TRY_VOID(session.run(load_.steps(), load_.source(), {.stop = stop, .progress = {}}));
      seconds = std::chrono::duration<double>(Clock::now() - start).count();
      progress.update(static_cast<std::uint64_t>(std::min(seconds, kSeconds) * 1000));
      if (stop.stop_requested() || (seconds < kWarmUpSeconds && run + 1 < kMostRuns / 2)) continue;
      ++profile.runs;
      for (std::size_t i = 0; i < count; ++i) {
        calls[i] = watch.stages[i].calls;
        const auto total = static_cast<double>(watch.stages[i].ns);
        ns[i].push_back(std::max(0.0, total - profile.clock_ns * static_cast<double>(calls[i])));
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      ProfiledStage stage;
      stage.shape = &profile.plan.stages[i];
      stage.calls = calls[i];
      stage.ns = median(ns[i]) / (stage.shape->once ? 1 : static_cast<double>(load_.steps()));
      if (!stage.shape->once) profile.step_ns += stage.ns;
      profile.stages.push_back(std::move(stage));
    }
    return {};
  }

  /// In a run of its own: who counts takes time.
  Result<void> count_spikes(Profile& profile) {
    SessionOptions options;
    options.batch = load_.batch();
    TRY(Session session, Session::create(compiled_.program, options));
    TRY_VOID(load_.set_constants(session));
    std::map<std::string, SpikeTotal> totals;
    for (const StageShape& stage : profile.plan.stages) {
      if (stage.spikes) totals.try_emplace(stage.name, stage.name, stage.neurons);
      for (const StageDrive& drive : stage.drives) totals.try_emplace(drive.input, drive.input, drive.inputs);
    }
    for (auto& [name, total] : totals) TRY_VOID(session.record(name, total));
    TRY_VOID(session.run(load_.steps(), load_.source()));
    TRY_VOID(session.finish_recording());
    for (ProfiledStage& stage : profile.stages) {
      if (stage.shape->spikes) stage.spikes = totals.at(stage.shape->name).per_neuron_and_step();
      for (const StageDrive& drive : stage.shape->drives)
        stage.densities.push_back(totals.at(drive.input).per_neuron_and_step());
      stage.work = work_of(profile.costs, profile.plan, *stage.shape, profile.batch,
                           [&](const StageDrive& d) { return totals.at(d.input).per_neuron_and_step(); });
    }
    return {};
  }

  const Workload& load_;
  const CompiledProgram& compiled_;
  const ThreadChoice& threads_;
  const Terminal& terminal_;
};

Result<int> measured(const ProfileOptions& options, const Terminal& terminal) {
  const std::stop_token stop = stop_on_interrupt();
  TRY(Network network, options.network.load(terminal));
  TRY(const Workload load, Workload::prepare(network, options.load));
  for (const std::string& line : load.lines()) terminal.say(line);
  Profile profile;
  profile.costs = kept_costs(terminal);
  TRY(const CompiledProgram compiled, compile(*network.model, options.machine.target(terminal)));
  drop_weights(*network.model);
  TRY(const bool is_measured, Profiler(load, compiled, options.threads, terminal).run(stop, profile));
  if (!is_measured) return Error(ErrorKind::interrupted, "interrupted before anything was measured");
  const std::string name = network.model->name.empty() ? network.file : network.model->name;
  // Threads that share a stage all count.
  terminal.say(terminal.bold(escaped(name)) + ": " + time_text(profile.step_ns) + " a step of " +
               std::to_string(load.batch()) + (load.batch() == 1 ? " sample" : " samples") +
               (profile.threads == 1 ? " on one thread"
                                     : ", summed over " + std::to_string(profile.threads) + " threads"));
  for (const std::string& line : profile_lines(profile)) terminal.say("  " + line);
  terminal.say(terminal.muted("  medians of " + std::to_string(profile.runs) + " runs of " +
                              std::to_string(load.steps()) + " steps; limits are " +
                              (profile.costs.is_measured
                                   ? "of this machine, measured"
                                   : "another machine's; spikeloom doctor --calibrate measures this one")));
  if (options.json) terminal.data(profile_json(profile, network.file, compiled.cpu));
  return 0;
}

int profile(const ProfileOptions& options, const Terminal& terminal) {
  const auto code = measured(options, terminal);
  return code ? *code : fail(terminal, code.error(), options.json);
}

}  // namespace

void declare_profile(OptionSet& set, Action& action) {
  auto options = std::make_shared<ProfileOptions>();
  options->network.declare(set);
  options->load.declare(set);
  options->machine.declare(set);
  options->threads.declare(set);
  set.flag("--json", options->json, "print what was found, and problems, to stdout");
  action = [options](const Terminal& terminal) { return profile(*options, terminal); };
}

}  // namespace spikeloom::tool
