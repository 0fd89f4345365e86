#include "conformance/play.h"

#include <algorithm>
#include <stdexcept>

#include "compiled.h"
#include "golden/keep.h"
#include "reference/simulator.h"

namespace spikeloom::conformance {

using golden::expect;
using golden::Keep;

tool::Network import(const std::filesystem::path& file, const nir::Options& options) {
  tool::NetworkOptions network_options;
  network_options.nir = options;
  network_options.hdf5 = SPIKELOOM_HDF5_HELPER;
  return expect(tool::load_network(file, network_options));
}

Signal signal_of(const Model& model, const std::string& path, const std::string& state) {
  if (path == "output" && state.empty()) return model.outputs.at(0).signal;
  for (const ModelNode& node : model.nodes)
    if (node.label == path || (node.label.empty() && node.name == path)) {
      Signal signal;
      if (model.find(state.empty() ? node.name : node.name + "." + state, signal)) return signal;
    }
  throw std::runtime_error("no signal " + path + "." + state);
}

std::vector<std::vector<float>> play(const Model& model, const std::vector<Signal>& signals,
                                     const Tensor& input, std::uint64_t steps) {
  reference::Simulator simulator(model, 1);
  std::vector<std::vector<float>> traces(signals.size());
  const std::size_t row = input.values.size() / steps;
  for (std::uint64_t t = 0; t < steps; ++t) {
    simulator.set_input(0, std::span(input.values).subspan(t * row, row));
    simulator.step();
    for (std::size_t i = 0; i < signals.size(); ++i) {
      const std::span<const float> now = simulator.value(signals[i]);
      traces[i].insert(traces[i].end(), now.begin(), now.end());
    }
  }
  return traces;
}

std::vector<std::vector<float>> play_compiled(const Model& model, const std::vector<Signal>& signals,
                                              const Tensor& input, std::uint64_t steps, unsigned lanes) {
  if (!tool::has_code_generator()) return {};
  const auto maker = expect(tool::compiled_maker(model, {.lanes = lanes}));
  const auto engine = expect(maker->make({.batch = 1}));
  std::vector<std::vector<float>> traces(signals.size());
  std::vector<Keep> recorders(traces.begin(), traces.end());
  for (std::size_t i = 0; i < signals.size(); ++i)
    expect(engine->record(model.name_of(signals[i]), recorders[i], 0,
                          static_cast<std::uint32_t>(model.size(signals[i]))));
  const auto source = [&](std::string_view, std::uint64_t first, std::uint32_t count,
                          std::span<float> rows) -> Result<void> {
    const std::size_t row = rows.size() / count;
    std::copy_n(input.values.begin() + static_cast<std::ptrdiff_t>(first * row), rows.size(), rows.begin());
    return {};
  };
  expect(engine->run(steps, source, {}));
  expect(engine->finish_recording());
  return traces;
}

}  // namespace spikeloom::conformance
