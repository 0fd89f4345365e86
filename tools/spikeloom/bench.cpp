// spikeloom bench: how fast a network runs here, as throughput and as latency of single steps.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "choices.h"
#include "describe/columns.h"
#include "interrupt.h"
#include "options.h"
#include "progress.h"
#include "support/text.h"
#include "support/try.h"
#include "verb.h"
#include "workload.h"

namespace spikeloom::tool {
namespace {

using Clock = std::chrono::steady_clock;

constexpr double kWarmUpSeconds = 0.1;
constexpr double kRepetitionSeconds = 0.05;  // long against the clock and the scheduler's tick
constexpr double kLatencySeconds = 1;
constexpr std::uint64_t kFewestLatencies = 1000, kMostLatencies = 200000;

struct BenchOptions {
  NetworkChoice network;
  MachineChoice machine;
  ThreadChoice threads;
  WorkloadChoice load;
  std::uint32_t repeat = 9;
  bool latency = false, json = false;
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// The value below which that share of sorted values lies.
double quantile(const std::vector<double>& sorted, double share) {
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::ceil(share * last))];
}

struct Throughput {
  std::vector<double> step_seconds;  // of each repetition, sorted
  std::uint64_t runs = 1;            // of all steps, in a repetition
  double median() const { return quantile(step_seconds, 0.5); }
};

struct Latency {
  std::vector<double> seconds;  // of each step, sorted
};

struct Outcome {
  std::optional<Throughput> throughput;
  std::optional<Latency> latency;
  bool is_interrupted = false;
};

class Bench {
 public:
  Bench(const BenchOptions& options, const Workload& load, Session session, const Terminal& terminal)
      : options_(options), load_(load), session_(std::move(session)), terminal_(terminal) {}

  Result<Outcome> run(std::stop_token stop) {
    stop_ = std::move(stop);
    TRY_VOID(load_.set_constants(session_));
    Outcome outcome;
    if (options_.latency) {
      TRY(outcome.latency, latency());
    } else {
      TRY(outcome.throughput, throughput());
    }
    outcome.is_interrupted = stop_.stop_requested();
    return outcome;
  }

 private:
  /// Seconds that all steps took, from the initial states on.
  Result<double> time_run() {
    TRY_VOID(session_.reset());
    const auto start = Clock::now();
    TRY_VOID(session_.run(load_.steps(), load_.source(), {.stop = stop_, .progress = {}}));
    return seconds_since(start);
  }

  Result<Throughput> throughput() {
    Throughput result;
    const auto start = Clock::now();
    double run_seconds = 0;
    do {
      TRY(run_seconds, time_run());
    } while (seconds_since(start) < kWarmUpSeconds && !stop_.stop_requested());
    result.runs = static_cast<std::uint64_t>(std::max(1.0, std::ceil(kRepetitionSeconds / run_seconds)));
    Progress progress(terminal_, options_.repeat, "repetitions");
    for (std::uint32_t i = 0; i < options_.repeat && !stop_.stop_requested(); ++i) {
      double seconds = 0;
      for (std::uint64_t r = 0; r < result.runs; ++r) {
        TRY(const double once, time_run());
        seconds += once;
      }
      if (stop_.stop_requested()) break;
      result.step_seconds.push_back(seconds / static_cast<double>(result.runs * load_.steps()));
      progress.update(i + 1);
    }
    std::ranges::sort(result.step_seconds);
    return result;
  }

  /// The session streams: step after step, without a reset in between.
  Result<Latency> latency() {
    TRY_VOID(session_.reset());
    std::vector<std::span<const float>> rows(load_.varying_inputs());
    std::uint64_t t = 0;
    const auto start = Clock::now();
    do {
      load_.rows_of(t++, rows);
      TRY_VOID(session_.step(rows));
    } while (seconds_since(start) < kWarmUpSeconds && !stop_.stop_requested());
    const double per_second = static_cast<double>(t) / seconds_since(start);
    const std::uint64_t count = options_.load.steps
                                    ? *options_.load.steps * options_.repeat
                                    : static_cast<std::uint64_t>(kLatencySeconds * per_second);
    Latency result;
    result.seconds.resize(
        std::clamp<std::uint64_t>(count, options_.load.steps ? 1 : kFewestLatencies, kMostLatencies));
    Progress progress(terminal_, result.seconds.size(), "steps");
    std::size_t done = 0;
    for (double& seconds : result.seconds) {
      load_.rows_of(t++, rows);
      const auto before = Clock::now();
      const auto stepped = session_.step(rows);
      seconds = std::chrono::duration<double>(Clock::now() - before).count();
      if (!stepped) return stepped.error();
      if (++done % 256 == 0) {
        progress.update(done);
        if (stop_.stop_requested()) break;
      }
    }
    result.seconds.resize(done);
    std::ranges::sort(result.seconds);
    return result;
  }

  const BenchOptions& options_;
  const Workload& load_;
  Session session_;
  const Terminal& terminal_;
  std::stop_token stop_;
};

struct Subject {
  const Network& network;
  const Workload& load;
  const CompiledProgram& compiled;
  double compile_seconds;
  std::uint32_t threads;
};

void say(const Terminal& terminal, const Subject& subject, const Outcome& outcome) {
  const auto line = [&](const std::string& name, const std::string& value) {
    terminal.say("  " + name + std::string(name.size() < 16 ? 16 - name.size() : 1, ' ') + value);
  };
  if (const auto& t = outcome.throughput) {
    const double median = t->median(), samples = subject.load.batch();
    const double spread = (t->step_seconds.back() - t->step_seconds.front()) / median;
    line("a step", terminal.bold(time_text(median * 1e9)) + "   (" +
                       time_text(t->step_seconds.front() * 1e9) + " to " +
                       time_text(t->step_seconds.back() * 1e9) + ", spread " + percent_text(spread) + ")");
    if (samples > 1) line("a sample's step", time_text(median / samples * 1e9));
    line("steps/s", count_text(1 / median) +
                        (samples > 1 ? ", " + count_text(samples / median) + " of single samples" : ""));
    line("samples/s", count_text(samples / median / static_cast<double>(subject.load.steps())) + " of " +
                          counted(subject.load.steps(), "step"));
    terminal.say(terminal.muted("  median of " + counted(t->step_seconds.size(), "repetition") + ", each " +
                                counted(t->runs, "run") + " of " + counted(subject.load.steps(), "step")));
  }
  if (const auto& l = outcome.latency) {
    line("p50", terminal.bold(time_text(quantile(l->seconds, 0.5) * 1e9)));
    line("p99", time_text(quantile(l->seconds, 0.99) * 1e9));
    line("max", time_text(l->seconds.back() * 1e9));
    terminal.say(terminal.muted("  of " + counted(l->seconds.size(), "single step") +
                                ", the clock's own time included"));
  }
}

std::string json_of(const BenchOptions& options, const Subject& subject, const Outcome& outcome) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["spikeloom"] = SPIKELOOM_VERSION;
  json["graph"] = subject.network.file;
  json["name"] = subject.network.model->name;
  json["steps"] = subject.load.steps();
  json["batch"] = subject.load.batch();
  json["threads"] = subject.threads;
  json["cpu"] = subject.compiled.cpu;
  json["lanes"] = subject.compiled.lanes;
  json["inputs"] = subject.load.lines();
  json["times"] = {{"load_s", subject.network.load_seconds()}, {"compile_s", subject.compile_seconds}};
  if (options.load.inputs.empty()) json["seed"] = options.load.seed;
  if (const auto& t = outcome.throughput) {
    const double median = t->median(), samples = subject.load.batch();
    json["throughput"] = {{"repetitions", t->step_seconds.size()},
                          {"runs_per_repetition", t->runs},
                          {"step_s",
                           {{"median", median},
                            {"low", t->step_seconds.front()},
                            {"quarter", quantile(t->step_seconds, 0.25)},
                            {"three_quarters", quantile(t->step_seconds, 0.75)},
                            {"high", t->step_seconds.back()}}},
                          {"sample_step_s", median / samples},
                          {"steps_per_s", 1 / median},
                          {"samples_per_s", samples / median / static_cast<double>(subject.load.steps())}};
  }
  if (const auto& l = outcome.latency)
    json["latency"] = {{"steps", l->seconds.size()},
                       {"p50_s", quantile(l->seconds, 0.5)},
                       {"p99_s", quantile(l->seconds, 0.99)},
                       {"max_s", l->seconds.back()}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<int> measured(const BenchOptions& options, const Terminal& terminal) {
  const std::stop_token stop = stop_on_interrupt();
  TRY(Network network, options.network.load(terminal));
  TRY(const Workload load, Workload::prepare(network, options.load));
  for (const std::string& line : load.lines()) terminal.say(line);
  const auto start = Clock::now();
  TRY(const CompiledProgram compiled, compile(*network.model, options.machine.target(terminal)));
  drop_weights(*network.model);
  Subject subject{network, load, compiled, seconds_since(start), 1};
  SessionOptions session_options;
  session_options.batch = load.batch();
  options.threads.put_into(session_options);
  TRY(Session session, Session::create(compiled.program, session_options));
  // Single steps are shared by fewer threads than blocks.
  subject.threads = session.threads_for(options.latency ? 1 : compiled.shape.block_steps);
  terminal.say(escaped(network.model->name.empty() ? network.file : network.model->name) + ", " +
               counted(load.batch(), "sample") + ", " + counted(subject.threads, "thread") +
               terminal.muted(", " + std::to_string(compiled.lanes) + " lanes, " + escaped(compiled.cpu) +
                              (compiled.is_code_cached ? ", from the cache in " : ", compiled in ") +
                              duration_text(subject.compile_seconds)));
  TRY(const Outcome outcome, Bench(options, load, std::move(session), terminal).run(stop));
  const bool is_empty = (outcome.throughput && outcome.throughput->step_seconds.empty()) ||
                        (outcome.latency && outcome.latency->seconds.empty());
  if (is_empty) return Error(ErrorKind::interrupted, "interrupted before anything was measured");
  say(terminal, subject, outcome);
  if (options.json) terminal.data(json_of(options, subject, outcome));
  if (!outcome.is_interrupted) return 0;
  terminal.say("interrupted; the numbers are of what was measured until then");
  return static_cast<int>(ErrorKind::interrupted);
}

int bench(const BenchOptions& options, const Terminal& terminal) {
  const auto code = measured(options, terminal);
  return code ? *code : fail(terminal, code.error(), options.json);
}

}  // namespace

void declare_bench(OptionSet& set, Action& action) {
  auto options = std::make_shared<BenchOptions>();
  options->network.declare(set);
  options->load.declare(set);
  set.flag("--latency", options->latency, "time single steps, as a network that streams: p50, p99, max");
  set.option("--repeat", options->repeat, "repetitions whose median and spread are told (9)")
      .between(1u, 100000u)
      .value_name("N");
  options->machine.declare(set);
  options->threads.declare(set);
  options->machine.declare_perf_map(set);
  set.flag("--json", options->json, "print the numbers, and problems, to stdout");
  action = [options](const Terminal& terminal) { return bench(*options, terminal); };
}

}  // namespace spikeloom::tool
