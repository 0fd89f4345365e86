// From graph file to a program that is ready to run, nothing cached.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "benchmarks/compiled.h"

namespace spikeloom::benchmarks {
namespace {

namespace fs = std::filesystem;

/// A folder for as long as it lives.
struct Folder {
  fs::path path;
  Folder() {
    std::string form = (fs::temp_directory_path() / "spikeloom-compile-XXXXXX").string();
    if (!mkdtemp(form.data())) std::exit(1);
    path = form;
  }
  ~Folder() { fs::remove_all(path); }
};

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
void ten_layers(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const Folder folder;
  write_weights(folder.path / "wide.npy", n, 8);
  write_weights(folder.path / "narrow.npy", 8, n);
  std::string nodes, from = "x";
  for (int layer = 0; layer < 10; ++layer) {
    const std::string number = std::to_string(layer), name = "lif" + number;
    nodes += (layer == 0 ? "" : ", ") + ("\"fc" + number) + R"(": { "type": "linear", "from": ")" + from +
             R"(", "weight": ")" + (layer % 2 == 0 ? "wide" : "narrow") + R"(.npy" }, ")" + name +
             R"(": { "type": "lif", "from": "fc)" + number + R"(", "beta": 0.9 })";
    from = name;
  }
  const std::string graph = R"({ "spikeloom": 1, "inputs": { "x": { "shape": [8] } }, "nodes": { )" + nodes +
                            R"( }, "outputs": { "spikes": ")" + from + R"(" } })";
  for (auto _ : state) benchmark::DoNotOptimize(or_exit(compile_text(graph, folder.path)));
}

BENCHMARK(digits_lif)->Name("compile/digits-lif")->Unit(benchmark::kMillisecond)->Iterations(10);
BENCHMARK(ten_layers)
    ->Name("compile/ten-layers")
    ->Arg(100)
    ->Arg(10000)
    ->Unit(benchmark::kMillisecond)
    ->Iterations(10);

}  // namespace
}  // namespace spikeloom::benchmarks
