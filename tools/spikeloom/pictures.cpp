#include "pictures.h"

#include <algorithm>

#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

constexpr std::uint32_t kMostLines = 3;  // of a trace panel: more hide one another

class RasterRecorder final : public Recorder {
 public:
  RasterRecorder(plot::Raster empty, std::vector<std::pair<plot::Trace*, std::uint32_t>> traces)
      : raster(std::move(empty)), marked(std::move(traces)) {}
  Result<void> record(const Block& block) override {
    for (std::uint32_t step = 0; step < block.steps; ++step) {
      block.spikes(step, sample, neurons_);
      for (const std::uint32_t neuron : neurons_) {
        raster.spike(block.first_step + step, neuron);
        for (const auto& [trace, first] : marked)
          if (neuron >= first && neuron - first < kMostLines)
            trace->spike(block.first_step + step, neuron - first);
      }
    }
    return {};
  }
  plot::Raster raster;
  std::vector<std::pair<plot::Trace*, std::uint32_t>>
      marked;  // traces that show these spikes, their first neuron
  std::uint32_t sample = 0;

 private:
  std::vector<std::uint32_t> neurons_;
};

class LineRecorder final : public Recorder {
 public:
  explicit LineRecorder(plot::Trace t) : trace(std::move(t)) {}
  Result<void> record(const Block& block) override {
    for (std::uint32_t step = 0; step < block.steps; ++step)
      for (std::uint32_t line = 0; line < std::min(block.neurons, kMostLines); ++line)
        trace.value(block.first_step + step, line, block.at(step, sample, line));
    return {};
  }
  plot::Trace trace;
  std::uint32_t sample = 0;
};

std::vector<std::string> neuron_names(std::uint32_t first, std::uint32_t count) {
  std::vector<std::string> names;
  for (std::uint32_t i = 0; i < std::min(count, kMostLines); ++i)
    names.push_back("neuron " + std::to_string(first + i));
  return names;
}

}  // namespace

std::optional<float> threshold_of(const Model& model, std::uint32_t node, std::size_t neuron) {
  const auto* population = std::get_if<Population>(&model.nodes[node].kind);
  if (population == nullptr) return {};
  const auto& names = population->cell.parameters;
  const auto found = std::ranges::find(names, "threshold");
  if (found == names.end()) return {};
  const std::size_t which = static_cast<std::size_t>(found - names.begin());
  if (which < population->parameters.size()) return population->parameters[which][neuron];
  return {};
}

std::string quantity_of(const std::string& doc, const std::string& name) {
  std::string words = doc.substr(0, doc.find_first_of(",;("));
  // "membrane potential in mV" as an axis says it.
  if (const auto unit = words.rfind(" in "); unit != std::string::npos)
    words = words.substr(0, unit) + " (" + words.substr(unit + 4) + ")";
  return words.empty() || words.size() > 28 ? name : words;
}

struct LivePicture::Impl {
  const Network& network;
  plot::TimeAxis time;
  std::uint32_t sample, samples;
  struct State {
    Selection selection;
    std::unique_ptr<LineRecorder> recorder;
  };
  std::vector<State> states;
  struct Spikes {
    std::uint32_t node;
    std::unique_ptr<RasterRecorder> recorder;
    bool is_shown = true;
  };
  std::vector<Spikes> spikes;
};

LivePicture::LivePicture(LivePicture&&) noexcept = default;
LivePicture::~LivePicture() = default;

LivePicture::LivePicture(const Network& network, const std::vector<Selection>& recorded, std::uint32_t sample,
                         std::uint64_t first_step, std::uint64_t steps, std::uint32_t samples)
    : impl_(new Impl{network, {first_step, steps, network.dt_ms()}, sample, samples, {}, {}}) {
  const Model& model = *network.model;
  for (const Selection& selection : recorded) {
    if (is_neuron_output(model, selection.of)) continue;
    plot::Trace trace(selection.signal, impl_->time, neuron_names(selection.first, selection.count));
    if (selection.count > 1)
      trace.set_note("neurons " + std::to_string(selection.first) + " to " +
                     std::to_string(selection.first + std::min(selection.count, kMostLines) - 1) + " of " +
                     std::to_string(model.size(selection.of)));
    if (selection.of.of == Signal::Of::node && selection.of.state >= 0) {
      const auto& cell = std::get<Population>(model.nodes[selection.of.index].kind).cell;
      const CellState& state = cell.states[static_cast<std::size_t>(selection.of.state)];
      trace.set_quantity(quantity_of(state.doc, state.name));
      if (state.name == "mem" || state.name == "v")
        if (const auto threshold = threshold_of(model, selection.of.index, selection.first))
          trace.set_threshold(*threshold);
    }
    impl_->states.push_back({selection, std::make_unique<LineRecorder>(std::move(trace))});
  }
  for (std::uint32_t node = 0; node < model.nodes.size(); ++node) {
    const Signal signal{Signal::Of::node, node, -1};
    if (model.nodes[node].implicit || !is_neuron_output(model, signal)) continue;
    std::vector<std::pair<plot::Trace*, std::uint32_t>> marked;
    // Marks stand over the membrane, where they can be told from its other states.
    for (const auto& state : impl_->states) {
      const Signal of = state.selection.of;
      if (of.of == Signal::Of::node && of.index == node && of.state >= 0 &&
          threshold_of(model, node, state.selection.first).has_value() &&
          state.selection.signal.ends_with(".mem"))
        marked.emplace_back(&state.recorder->trace, state.selection.first);
    }
    // What a trace shows already needs no raster of its own.
    const bool is_shown = marked.empty() || model.nodes[node].size > kMostLines;
    impl_->spikes.push_back(
        {node,
         std::make_unique<RasterRecorder>(
             plot::Raster(model.nodes[node].name, impl_->time, model.nodes[node].size), marked),
         is_shown});
  }
}

Result<void> LivePicture::attach(Engine& engine, std::uint32_t first_sample, std::uint32_t count) {
  if (impl_->sample < first_sample || impl_->sample - first_sample >= count) return {};
  for (auto& state : impl_->states) {
    state.recorder->sample = impl_->sample - first_sample;
    TRY_VOID(
        engine.record(state.selection.signal, *state.recorder, state.selection.first, state.selection.count));
  }
  for (auto& spikes : impl_->spikes) {
    spikes.recorder->sample = impl_->sample - first_sample;
    TRY_VOID(
        engine.record(impl_->network.model->nodes[spikes.node].name, *spikes.recorder, 0, SPIKELOOM_NONE));
  }
  return {};
}

Result<plot::Figure> LivePicture::figure(const InputData& data) const {
  const Model& model = *impl_->network.model;
  plot::Figure figure;
  figure.title = model.name.empty() ? impl_->network.file : model.name;
  figure.note = (impl_->samples > 1 ? "sample " + std::to_string(impl_->sample) + " of " +
                                          std::to_string(impl_->samples) + ", "
                                    : "") +
                std::to_string(impl_->time.steps) + " steps";
  if (impl_->time.dt_ms) {
    std::string dt = std::to_string(*impl_->time.dt_ms);
    dt.erase(dt.find_last_not_of('0') + 1);
    if (dt.ends_with('.')) dt.pop_back();
    figure.note += " of " + dt + " ms";
  }
  // A small input over the traces explains them; an image's pixels would not.
  if (!impl_->states.empty())
    for (std::size_t i = 0; i < model.inputs.size(); ++i) {
      const ModelInput& input = model.inputs[i];
      if (input.constant || input.size > kMostLines) continue;
      plot::Trace trace(input.name, impl_->time, neuron_names(0, static_cast<std::uint32_t>(input.size)));
      trace.set_quantity("input");
      trace.set_color(6);
      std::vector<float> row(input.size);
      for (std::uint64_t step = 0; step < impl_->time.steps; ++step) {
        TRY_VOID(data.read(i, step, 1, impl_->sample, 1, row));
        for (std::size_t line = 0; line < row.size(); ++line)
          trace.value(impl_->time.first_step + step, line, row[line]);
      }
      figure.panels.push_back(trace.panel());
      figure.panels.back().height = 70;
    }
  for (const auto& state : impl_->states) figure.panels.push_back(state.recorder->trace.panel());
  for (const auto& spikes : impl_->spikes)
    if (spikes.is_shown) figure.panels.push_back(spikes.recorder->raster.panel());
  if (figure.panels.empty())
    return Error(ErrorKind::usage, "there is nothing to plot",
                 "no neuron of this network spikes; --record a state to see its trace");
  return figure;
}

}  // namespace spikeloom::tool
