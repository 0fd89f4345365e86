#include "benchmarks/reference.h"

#include <cstdio>
#include <cstdlib>

#include "graph/graph.h"
#include "model/build.h"
#include "reference/simulator.h"
#include "support/report.h"

namespace spikeloom::benchmarks {

struct Reference::Impl {
  Model model;
};

namespace {

Model model_of(const std::string& json) {
  Report report;
  const auto graph = read_graph(json, "benchmark", ".", GraphOptions{}, report);
  auto model = graph ? build_model(*graph, ModelLimits{}, report) : std::nullopt;
  if (!model || !report.ok()) {
    std::fputs(report.error().text().c_str(), stderr);
    std::exit(1);
  }
  return std::move(*model);
}

}  // namespace

Reference::Reference(const std::string& graph) : impl_(std::make_unique<Impl>(Impl{model_of(graph)})) {}
Reference::~Reference() = default;

std::span<const float> Reference::weight(const std::string& linear) const {
  for (const ModelNode& node : impl_->model.nodes)
    if (node.name == linear) {
      if (const auto* convolution = std::get_if<Convolution>(&node.kind)) return convolution->weight->values;
      return std::get<Linear>(node.kind).weight->values;
    }
  return {};
}

void Reference::run(const Workload& workload, std::span<const float> input, std::size_t samples,
                    std::size_t steps, Raster& output) const {
  const Model& model = impl_->model;
  reference::Simulator simulator(model, static_cast<std::uint32_t>(samples));
  const std::size_t n = model.inputs[0].size;
  for (std::size_t step = 0; step < steps; ++step) {
    // The first samples of a step stand side by side.
    if (!workload.constant || step == 0)
      simulator.set_input(0, input.subspan(step * workload.batch * n, samples * n));
    simulator.step();
    const std::span<const float> spikes = simulator.value(model.outputs[0].signal);
    const std::size_t outputs = spikes.size() / samples;
    for (std::size_t i = 0; i < spikes.size(); ++i)
      if (spikes[i] != 0) output.set(step, i / outputs, i % outputs);
  }
}

float Reference::alpha_gain(const Neuron& neuron) const {
  const auto& population = std::get<Population>(impl_->model.nodes.front().kind);
  for (const PerNeuron& fixed : population.fixed)
    if (fixed[0] != neuron.alpha && fixed[0] != neuron.beta && fixed[0] != neuron.threshold) return fixed[0];
  return 0;
}

}  // namespace spikeloom::benchmarks
