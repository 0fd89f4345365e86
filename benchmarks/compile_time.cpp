// From graph file to a program that is ready to run, nothing cached.
#include <benchmark/benchmark.h>

#include "benchmarks/compiled.h"

namespace spikeloom::benchmarks {
namespace {

void digits_lif(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(or_exit(compile_file(SPIKELOOM_SOURCE_DIR "/graphs/digits-lif/network.json")));
}

BENCHMARK(digits_lif)->Name("compile/digits-lif")->Unit(benchmark::kMillisecond)->Iterations(10);

}  // namespace
}  // namespace spikeloom::benchmarks
