#include "difference.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdio>

#include "pictures.h"
#include "support/text.h"
#include "support/try.h"

namespace spikeloom::tool {
namespace {

std::string digits(float value) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.9g", static_cast<double>(value));
  return text.data();
}

/// What an element of a node is computed from, where that is the element itself of something else.
struct Read {
  Source source;
  std::uint32_t element = 0;
};

std::vector<Read> reads_of(const Model& model, const Difference& d) {
  std::vector<Read> reads;
  if (d.signal.of != Signal::Of::node) return reads;
  const auto add = [&](const Source& source, std::size_t element) {
    if (element < model.size(source.signal)) reads.push_back({source, static_cast<std::uint32_t>(element)});
  };
  const auto& kind = model.nodes[d.signal.index].kind;
  if (const auto* population = std::get_if<Population>(&kind)) {
    for (const auto& port : population->ports)
      for (const Source& source : port) add(source, d.neuron);
  } else if (const auto* reshape = std::get_if<Reshape>(&kind)) {
    add(reshape->input, d.neuron);
  } else if (const auto* slice = std::get_if<Slice>(&kind)) {
    add(slice->input, slice->first + d.neuron);
  } else if (const auto* linear = std::get_if<Linear>(&kind)) {
    // The synapses that matter most are the inputs that are not silent; the first few of them.
    for (std::size_t k = 0; k < std::min<std::size_t>(model.size(linear->input.signal), 8); ++k)
      add(linear->input, k);
  } else if (const auto* sparse = std::get_if<Sparse>(&kind)) {
    sparse->synapses->for_each_batch([&](const Synapses::Batch& batch) {
      for (std::size_t k = 0; k < batch.target.size() && reads.size() < 8; ++k) {
        if (batch.target[k] != d.neuron) continue;
        Source source = sparse->input;
        source.delay += batch.delay[k] - sparse->synapses->least_delay;
        add(source, batch.source[k]);
      }
    });
  }
  return reads;
}

}  // namespace

bool same_bits(float a, float b) {
  return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) ||
         (std::isnan(a) && std::isnan(b));
}

Result<Explanation> explain(const Model& model, const Difference& d, const PartStarter& start,
                            const std::function<InputSource(std::uint32_t, std::uint32_t)>& source,
                            std::uint32_t first, std::uint32_t count) {
  Explanation explanation;
  const auto maker = reference_maker(model);
  TRY(const auto engine, start(*maker, first, count));
  const InputSource data = source(first, count);
  const std::uint32_t row = d.sample - first;
  const auto value_of = [&](Signal signal, std::uint32_t element) -> Result<float> {
    std::vector<float> values(model.size(signal) * count);
    TRY_VOID(engine->read(model.name_of(signal), values));
    return values[row * model.size(signal) + element];
  };
  std::vector<Read> reads = reads_of(model, d);
  std::ranges::stable_sort(reads, std::greater{}, [](const Read& r) { return r.source.delay; });
  for (const Read& read : reads) {
    std::string name = model.name_of(read.source.signal) + "[" + std::to_string(read.element) + "]";
    if (read.source.delay > 0)
      name += ", " + std::to_string(read.source.delay) +
              (read.source.delay == 1 ? " step before" : " steps before");
    // What is read from before the start is an initial value: nothing has run yet.
    const std::uint64_t done = d.step + 1 > read.source.delay ? d.step + 1 - read.source.delay : 0;
    if (done > engine->step_count()) TRY_VOID(engine->run(done - engine->step_count(), data, {}));
    if (done == 0) continue;
    TRY(const float value, value_of(read.source.signal, read.element));
    explanation.inputs.push_back({name, value});
  }
  if (d.step + 1 > engine->step_count()) TRY_VOID(engine->run(d.step + 1 - engine->step_count(), data, {}));
  if (d.signal.of == Signal::Of::node)
    if (const auto* population = std::get_if<Population>(&model.nodes[d.signal.index].kind))
      for (std::size_t state = 0; state < population->cell.states.size(); ++state) {
        TRY(const float value,
            value_of({Signal::Of::node, d.signal.index, static_cast<std::int32_t>(state)}, d.neuron));
        const std::string& name = population->cell.states[state].name;
        explanation.states.push_back({name, value});
        if (name != "mem") continue;
        explanation.threshold = threshold_of(model, d.signal.index, d.neuron);
        if (explanation.threshold) explanation.margin = value - *explanation.threshold;
      }
  return explanation;
}

std::string difference_text(const Model& model, const Difference& d, const Explanation& explanation,
                            const std::string& wanted_name) {
  const auto line = [](const std::string& name, const std::string& value) {
    return "\n  " + name + std::string(name.size() < 10 ? 10 - name.size() : 1, ' ') + value;
  };
  std::string text = "first difference: step " + std::to_string(d.step) + ", sample " +
                     std::to_string(d.sample) + ", " + escaped(model.name_of(d.signal)) + "[" +
                     std::to_string(d.neuron) + "]";
  text += line(wanted_name == "reference" ? "compiled" : "computed", digits(d.got));
  text += line(wanted_name, digits(d.wanted));
  for (const auto& input : explanation.inputs)
    text += line("input", escaped(input.name) + " = " + digits(input.value));
  for (const auto& state : explanation.states)
    text += line("state", state.name + " = " + digits(state.value));
  if (explanation.margin)
    text += line("margin",
                 digits(*explanation.margin) + " of mem to the threshold " + digits(*explanation.threshold));
  return text;
}

}  // namespace spikeloom::tool
