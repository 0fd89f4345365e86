// Small networks compiled for x86-64-v3, run twice each; callgrind counts the second run. Alone it only runs
// them.
#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstring>

#include "benchmarks/compiled.h"
#include "workloads/workload.h"

namespace spikeloom::benchmarks {
namespace {

/// The small form of a workload, by its name without what is only size.
const Workload* find(const std::vector<Workload>& all, const std::string& start) {
  for (const Workload& workload : all)
    if (workload.name.starts_with(start)) return &workload;
  return nullptr;
}

void count(const char* kernel, const Workload& workload) {
  CompileOptions options;
  options.cpu = "x86-64-v3";  // valgrind knows no AVX-512
  Session session = or_exit(Session::create(or_exit(compile_text(workload.graph, ".", options))));
  const std::vector<float> input = workload.input();
  const std::size_t row = input.size() / (workload.constant ? 1 : workload.steps);
  if (workload.constant) or_exit(session.set_input("x", input));
  const auto source = [&](std::string_view, std::uint64_t first, std::uint32_t steps,
                          std::span<float> rows) -> Result<void> {
    std::memcpy(rows.data(), &input[first * row], steps * row * sizeof(float));
    return {};
  };
  // The first run takes memory that later ones use again.
  or_exit(session.run(workload.steps, source));
  or_exit(session.reset());
  CALLGRIND_TOGGLE_COLLECT;
  or_exit(session.run(workload.steps, source));
  CALLGRIND_TOGGLE_COLLECT;
  CALLGRIND_DUMP_STATS_AT(kernel);
}

int run() {
  const std::vector<Workload> all = all_workloads(true);
  const struct {
    const char *kernel, *workload;
  } kernels[] = {{"lif-cell", "W4/lif"},
                 {"synaptic-cell", "W4/synaptic"},
                 {"events-lif", "W1/rate-0.12/b1"},
                 {"constant-lif", "W1/static/b1"},
                 {"events-synaptic", "W2/p0.01/b1"},
                 {"recurrent-lif", "W5/lif"},
                 {"convolution-pool", "W3/nmnist/b1"}};
  for (const auto& [kernel, name] : kernels) {
    const Workload* workload = find(all, name);
    if (!workload) {
      std::fprintf(stderr, "guard: there is no workload %s\n", name);
      return 1;
    }
    count(kernel, *workload);
  }
  return 0;
}

}  // namespace
}  // namespace spikeloom::benchmarks

int main() {
  return spikeloom::benchmarks::run();
}
