#include "initial.h"

#include <algorithm>
#include <cmath>

#include "arrays/bytes.h"
#include "network.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

Result<StateFile> open_state(const Model& model, const std::string& argument, std::uint32_t samples) {
  const auto equals = argument.find('=');
  if (equals == std::string::npos)
    return Error(ErrorKind::usage, "--initial " + escaped(argument) + " does not name a state",
                 "write --initial lif1.mem=" + escaped(argument));
  const std::string name = argument.substr(0, equals), path = argument.substr(equals + 1);
  const bool is_spikes = name.ends_with(".spk");
  Signal signal;
  std::string near;
  const bool is_found = model.find(is_spikes ? name.substr(0, name.size() - 4) : name, signal, &near);
  if (!is_found || (is_spikes ? !is_neuron_output(model, signal) : signal.state < 0))
    return Error(
        ErrorKind::usage,
        "the network has no " + std::string(is_spikes ? "spikes" : "state") + " '" + escaped(name) + "'",
        near.empty() ? "spikeloom describe lists them"
                     : "did you mean '" + near + (is_spikes ? ".spk'?" : "'?"));
  TRY(ArrayFile file, ArrayFile::open(path));
  const Shape& shape = model.shape(signal);
  Shape with_samples = shape;
  with_samples.insert(with_samples.begin(), samples);
  const bool is_shared = file.shape() == shape || file.size() == 1;
  if (!is_shared && file.shape() != with_samples) {
    return file_error(path, "this array does not fit state '" + name + "'",
                      to_string(shape) + " or " + to_string(with_samples), to_string(file.shape()));
  }
  StateFile state{name, std::move(file), model.size(signal), is_shared ? 0 : samples};
  return state;
}

/// What a delay layer gives before the start is 0, whatever its source was; where the model has already moved
/// a part of its delay to the edge, that part would read the new values.
bool feeds_delay_layer(const Model& model, Signal signal) {
  return std::ranges::any_of(model.nodes, [&](const ModelNode& node) {
    const auto* delay = std::get_if<Delay>(&node.kind);
    return delay != nullptr && delay->input.signal == signal;
  });
}

Result<void> put_spikes(Model& model, const StateFile& spikes) {
  Signal signal;
  const std::string node = spikes.state.substr(0, spikes.state.size() - 4);
  static_cast<void>(model.find(node, signal));  // open_state has found it
  auto& population = std::get<Population>(model.nodes[signal.index].kind);
  std::vector<float> values(spikes.file.size());
  TRY_VOID(spikes.file.read(0, values));
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]) || (population.cell.spikes() && values[i] != 0 && values[i] != 1))
      return file_error(spikes.file.name(), "a spike before the start is 0 or 1",
                        population.cell.spikes() ? "0 or 1 for every neuron" : "finite numbers",
                        std::to_string(values[i]));
  if (feeds_delay_layer(model, signal))
    return Error(
        ErrorKind::unsupported,
        "'" + escaped(node) + "' feeds a delay layer, so its spikes before the start belong in the graph",
        "\"initial\": { \"spk\": \"FILE.npy\" } at the node");
  if (spikes.samples > 0) {
    if (model.fixed_batch > 0 && model.fixed_batch != spikes.samples)
      return Error(ErrorKind::invalid, "the graph has initial states for " +
                                           std::to_string(model.fixed_batch) + " samples, the data has " +
                                           std::to_string(spikes.samples));
    model.fixed_batch = spikes.samples;
  }
  population.initial_output = PerNeuron{std::move(values)};
  return {};
}

}  // namespace

Result<std::vector<StateFile>> open_initial(Model& model, const std::vector<std::string>& arguments,
                                            std::uint32_t samples) {
  std::vector<StateFile> states;
  for (const std::string& argument : arguments) {
    TRY(StateFile state, open_state(model, argument, samples));
    if (state.state.ends_with(".spk"))
      TRY_VOID(put_spikes(model, state));
    else
      states.push_back(std::move(state));
  }
  return states;
}

Result<void> set_state(const StateFile& state, Engine& engine, std::uint32_t first, std::uint32_t count) {
  std::vector<float> values(state.samples == 0 ? state.n : state.n * count);
  if (state.file.size() == 1) {
    TRY_VOID(state.file.read(0, std::span(values).first(1)));
    std::ranges::fill(values, values[0]);
  } else {
    TRY_VOID(state.file.read(state.samples == 0 ? 0 : std::uint64_t{first} * state.n, values));
  }
  for (const float value : values)
    if (!std::isfinite(value)) return file_error(state.file.name(), "an initial value is not finite");
  return engine.set_state(state.state, values);
}

}  // namespace spikeloom::tool
