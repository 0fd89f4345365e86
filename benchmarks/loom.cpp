// Compiled networks against hand-written limits, in pairs: README.md says what for.
#include <CLI/CLI.hpp>
#include <regex>

#include "benchmarks/compiled.h"
#include "benchmarks/contest.h"
#include "benchmarks/drawing.h"
#include "benchmarks/export.h"
#include "benchmarks/measure.h"
#include "benchmarks/report.h"
#include "benchmarks/threads.h"
#include "limits/kernels.h"

namespace spikeloom::benchmarks {
namespace {

constexpr int kSkipped = 77;  // as ctest knows it

struct Choices {
  std::string filter, export_folder, drawing;
  int pairs = 11;
  bool list = false, check = false, threads = false, markdown = false, json = false;
};

double units(const Workload& workload, const Work& work) {
  const double steps = static_cast<double>(workload.batch) * workload.steps;
  switch (workload.unit) {
    case Unit::sample_step:
      return steps;
    case Unit::update:
      return steps * static_cast<double>(workload.stages[0].outputs);
    case Unit::synaptic_operation:
      return work.synaptic_operations;
  }
  return 1;
}

Row measure(Contest& contest, Machine& machine, int pairs) {
  const Workload& workload = contest.workload();
  Row row{.name = workload.name,
          .unit = workload.unit,
          .threads = workload.threads,
          .inputs = workload.stages[0].inputs,
          .rates = contest.rates()};
  const unsigned n = workload.threads;
  const Work work = contest.work();  // of the run whose bits were compared
  const auto reset = [&] { contest.reset(); };
  std::vector<std::function<void()>> ways = {[&, n] { contest.run_compiled(n); },
                                             [&, n] { contest.run_limit(n); }};
  if (n > 1) {
    ways.push_back([&] { contest.run_compiled(1); });
    ways.push_back([&] { contest.run_limit(1); });
  }
  std::vector<double> bounds;
  const auto times = take_turns(ways, reset, pairs, n > 1 ? Clock::wall : Clock::thread, [&] {
    if (n > 1) return;
    machine.renew();
    bounds.push_back(machine.bound(work));
  });
  contest.reset();
  if (const std::uint64_t a = contest.run_compiled(n), b = contest.run_limit(n); a != b)
    row.problem = std::to_string(a) + " spikes compiled, " + std::to_string(b) + " at the limit";
  const double count = units(workload, work);
  row.compiled = spread(times[0]).median / count;
  row.limit = spread(times[1]).median / count;
  row.ratio = ratio(times[0], times[1]);
  if (n > 1) {
    row.compiled_gain = ratio(times[2], times[0]);
    row.limit_gain = ratio(times[3], times[1]);
  } else {
    row.bound = spread(bounds).median / count;
    row.limit_to_bound = ratio(times[1], bounds);
  }
  return row;
}

int none_matches(const std::string& filter) {
  std::fprintf(stderr, "loom: --filter '%s' finds no row; --list names all of them\n", filter.c_str());
  return 2;
}

/// Bits alone, of small networks.
int check() {
  int wrong = 0;
  for (Workload& workload : all_workloads(true)) {
    Contest contest(std::move(workload));
    const std::string difference = contest.difference(1e6);
    wrong += !difference.empty();
    std::printf("%-24s %s\n", contest.workload().name.c_str(),
                difference.empty() ? "same bits" : ("differ: " + difference).c_str());
  }
  return wrong == 0 ? 0 : 1;
}

int run(const Choices& choices) {
  const bool only_lists = choices.list || !choices.export_folder.empty();
  if (!kernels() && !only_lists) {
    std::fputs("loom: the limits are written for AVX2 and AVX-512, and this machine has neither\n", stderr);
    return kSkipped;
  }
  if (choices.check) return check();
  const std::regex filter(choices.filter);
  if (choices.threads) return compare_threads(filter, choices.pairs);
  std::vector<Workload> chosen;
  for (Workload& workload : all_workloads(false))
    if (choices.filter.empty() ? !workload.is_optional || choices.list
                               : std::regex_search(workload.name, filter))
      chosen.push_back(std::move(workload));
  if (chosen.empty()) return none_matches(choices.filter);
  if (choices.list) {
    for (const Workload& workload : chosen) std::printf("%s\n", workload.name.c_str());
    return 0;
  }
  if (!choices.export_folder.empty()) {
    for (const Workload& workload : chosen)
      if (workload.threads == 1) export_workload(workload, choices.export_folder);
    return 0;
  }
  Table table(choices.json ? Format::json : choices.markdown ? Format::markdown : Format::text);
  Machine machine;
  table.machine(machine);
  std::vector<Row> rows;
  int wrong = 0;
  for (Workload& workload : chosen) {
    Contest contest(std::move(workload));
    Row row{.name = contest.workload().name};
    row.problem = contest.difference(1e8);
    if (row.problem.empty()) row = measure(contest, machine, choices.pairs);
    wrong += !row.problem.empty();
    table.add(row);
    rows.push_back(std::move(row));
  }
  table.finish();
  if (!choices.drawing.empty()) or_exit(draw_synaptic_operations(rows, choices.drawing));
  return wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace spikeloom::benchmarks

int main(int argc, char** argv) {
  spikeloom::benchmarks::Choices choices;
  CLI::App app("Times compiled networks against hand-written limits. Exits with 1 if their bits differ.");
  app.add_option("--filter", choices.filter, "only rows whose name this regular expression finds");
  app.add_option("--pairs", choices.pairs, "alternating pairs (11)")->check(CLI::Range(1, 1000));
  app.add_flag("--list", choices.list, "the names of all rows, those that run only when asked for included");
  app.add_option("--export", choices.export_folder, "write the workloads there for peers/, take no time");
  app.add_option("--plot", choices.drawing, "draw the rows of W8 as SVG or PNG");
  app.add_flag("--check", choices.check, "compare bits of small networks, take no time");
  app.add_flag("--threads", choices.threads, "compare two threads with one, of networks of every form");
  app.add_flag("--markdown", choices.markdown, "tables to paste into README.md");
  app.add_flag("--json", choices.json, "as JSON");
  CLI11_PARSE(app, argc, argv);
  try {
    return spikeloom::benchmarks::run(choices);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "loom: %s\n", e.what());
    return 2;
  }
}
