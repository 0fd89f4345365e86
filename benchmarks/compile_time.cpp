// From graph file to a program that is ready to run: all of it, and its machine code alone, generated or
// found.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>

#include "benchmarks/compiled.h"
#include "benchmarks/folder.h"

namespace spikeloom::benchmarks {
namespace {

namespace fs = std::filesystem;

void digits_lif(benchmark::State& state) {
  for (auto _ : state)
    benchmark::DoNotOptimize(or_exit(compile_file(SPIKELOOM_SOURCE_DIR "/graphs/digits-lif/network.json")));
}

/// Zeros, since what a weight is changes nothing, and to make random ones would take longer than to compile.
void write_weights(const fs::path& file, std::size_t out, std::size_t in) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(out) + ", " +
                       std::to_string(in) + "), }";
  header.resize(117, ' ');
  std::ofstream(file, std::ios::binary) << "\x93NUMPY" << '\1' << '\0' << 'v' << '\0' << header << '\n';
  fs::resize_file(file, 128 + out * in * sizeof(float));
}

/// Ten linear layers with neurons behind each, of n and 8 neurons in turn: few weights, so that time is spent
/// on code.
std::string ten_layers_of(std::size_t n, const Folder& folder) {
  write_weights(folder / "wide.npy", n, 8);
  write_weights(folder / "narrow.npy", 8, n);
  std::string nodes, from = "x";
  for (int layer = 0; layer < 10; ++layer) {
    const std::string number = std::to_string(layer), name = "lif" + number;
    nodes += (layer == 0 ? "" : ", ") + ("\"fc" + number) + R"(": { "type": "linear", "from": ")" + from +
             R"(", "weight": ")" + (layer % 2 == 0 ? "wide" : "narrow") + R"(.npy" }, ")" + name +
             R"(": { "type": "lif", "from": "fc)" + number + R"(", "beta": 0.9 })";
    from = name;
  }
  return R"({ "spikeloom": 1, "inputs": { "x": { "shape": [8] } }, "nodes": { )" + nodes +
         R"( }, "outputs": { "spikes": ")" + from + R"(" } })";
}

void ten_layers(benchmark::State& state) {
  const Folder folder;
  const std::string graph = ten_layers_of(static_cast<std::size_t>(state.range(0)), folder);
  for (auto _ : state) benchmark::DoNotOptimize(or_exit(compile_text(graph, folder.path())));
}

BENCHMARK(digits_lif)->Name("compile/digits-lif")->Unit(benchmark::kMillisecond)->Iterations(10);
BENCHMARK(ten_layers)
    ->Name("compile/ten-layers")
    ->Arg(100)
    ->Arg(10000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(10);

/// The time of the stage that makes code, or finds it; the counter is that of all stages.
void code_of_ten_layers(benchmark::State& state, std::size_t width, bool is_warm) {
  const Folder folder;
  const std::string graph = ten_layers_of(width, folder);
  CompileReport report;
  CompileOptions options;
  options.report = &report;
  if (is_warm) {
    options.cache_directory = folder / "cache";
    or_exit(compile_text(graph, folder.path(), options));
  }
  double all = 0;
  for (auto _ : state) {
    report = {};
    benchmark::DoNotOptimize(or_exit(compile_text(graph, folder.path(), options)));
    if (report.code_from_cache != is_warm) {
      state.SkipWithError("the code was not found: is this folder writable by others?");
      return;
    }
    for (const CompileReport::Stage& stage : report.stages) {
      all += stage.seconds;
      if (stage.name == "program") state.SetIterationTime(stage.seconds);
    }
  }
  state.counters["all_stages_ms"] = benchmark::Counter(all * 1e3, benchmark::Counter::kAvgIterations);
}

void ten_layers_rows(std::size_t width) {
  for (const bool is_warm : {false, true})
    benchmark::RegisterBenchmark(
        ("code/ten-layers/" + std::to_string(width) + (is_warm ? "/warm" : "/cold")).c_str(),
        [width, is_warm](benchmark::State& state) { code_of_ten_layers(state, width, is_warm); })
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond)
        ->Iterations(10);
}

[[maybe_unused]] const bool registered = [] {
  ten_layers_rows(100);
  ten_layers_rows(10000);
  return true;
}();

}  // namespace
}  // namespace spikeloom::benchmarks
