#include "model/build.h"
#include "model/sources.h"
#include "support/check.h"

namespace spikeloom {
namespace {

void check(bool claim, const ModelNode& node, const char* what) {
  SPIKELOOM_CHECK(claim, "model", node.name + ": " + what);
}

bool fits(const PerNeuron& values, std::size_t n, std::uint32_t batch = 0) {
  const std::size_t size = values.values.size();
  return size == 1 || size == n || (batch > 0 && size == n * batch);
}

void check_windows(const Model& model, const ModelNode& node, const Source& input, const Windows& w) {
  check(w.inputs() == model.size(input.signal) && w.outputs() == node.size, node, "grid of the windows");
  check(w.groups > 0 && w.in_channels % w.groups == 0 && w.out_channels % w.groups == 0, node, "groups");
  for (const WindowAxis& axis : {w.rows, w.columns})
    check(axis.kernel > 0 && axis.stride > 0 && axis.dilation > 0, node, "size of a window");
}

void check_kind(const Model& model, const ModelNode& node) {
  const std::size_t n = node.size;
  if (const auto* p = std::get_if<Population>(&node.kind)) {
    check(p->ports.size() == p->cell.ports.size(), node, "ports");
    check(p->fixed.size() == p->cell.fixed.size(), node, "fixed values");
    check(p->initial.size() == p->cell.states.size(), node, "initial states");
    check(p->cell.next_state.size() == p->cell.states.size(), node, "states");
    for (const PerNeuron& v : p->fixed) check(fits(v, n), node, "size of a fixed value");
    for (const PerNeuron& v : p->initial)
      check(fits(v, n, model.fixed_batch), node, "size of an initial state");
    check(fits(p->initial_output, n, model.fixed_batch), node, "size of the initial output");
    check(p->cell.output < p->cell.nodes.size(), node, "output");
    for (const auto& port : p->ports)
      for (const Source& s : port) check(model.size(s.signal) == n, node, "size of a source");
  } else if (const auto* linear = std::get_if<Linear>(&node.kind)) {
    const std::size_t in = model.size(linear->input.signal);
    check(linear->weight && linear->weight->shape == Shape({n, in}), node, "shape of the weights");
    check(linear->weight->values.size() == n * in, node, "number of weights");
    check(!linear->bias || linear->bias->values.size() == n, node, "number of biases");
  } else if (const auto* sparse = std::get_if<Sparse>(&node.kind)) {
    check(sparse->synapses && sparse->synapses->out == n, node, "targets");
    check(sparse->synapses->in == model.size(sparse->input.signal), node, "sources");
    check(sparse->synapses->least_delay <= sparse->synapses->longest_delay, node, "delays");
  } else if (const auto* convolution = std::get_if<Convolution>(&node.kind)) {
    const Windows& w = convolution->windows;
    check_windows(model, node, convolution->input, w);
    check(convolution->weight && convolution->weight->values.size() == w.weights(), node,
          "number of weights");
    check(!convolution->bias || convolution->bias->values.size() == w.out_channels, node, "number of biases");
  } else if (const auto* pool = std::get_if<Pool>(&node.kind)) {
    check_windows(model, node, pool->input, pool->windows);
    check(pool->windows.in_channels == pool->windows.out_channels && !pool->windows.transposed, node,
          "channels of a pool");
  } else if (const auto* sequence = std::get_if<Sequence>(&node.kind)) {
    const Tensor* rows = sequence->rows.get();
    check(rows && rows->shape.size() == 2 && rows->values.size() == element_count(rows->shape), node, "rows");
    check(rows->shape[0] > 0 && n % rows->shape[1] == 0, node, "channels of the rows");
  } else if (const auto* reshape = std::get_if<Reshape>(&node.kind)) {
    check(model.size(reshape->input.signal) == n, node, "size of the source");
  } else if (const auto* concat = std::get_if<Concat>(&node.kind)) {
    std::size_t sum = 0;
    for (const Source& s : concat->inputs) sum += model.size(s.signal);
    check(sum == n, node, "size of the operands");
  } else if (const auto* slice = std::get_if<Slice>(&node.kind)) {
    check(slice->first + n <= model.size(slice->input.signal), node, "range of the slice");
  } else if (const auto* delay = std::get_if<Delay>(&node.kind)) {
    check(model.size(delay->input.signal) == n, node, "size of the source");
    check(delay->steps.size() == 1 || delay->steps.size() == n, node, "number of delays");
  }
}

}  // namespace

void verify(const Model& model) {
  for (std::uint32_t i = 0; i < model.nodes.size(); ++i) {
    const ModelNode& node = model.nodes[i];
    check(node.size == element_count(node.shape) && node.size > 0, node, "size");
    for_each_source(node.kind, [&](const Source& s) {
      const bool input = s.signal.of == Signal::Of::input;
      check(s.signal.index < (input ? model.inputs.size() : model.nodes.size()), node, "index of a source");
      check(input ? s.signal.state < 0
                  : s.signal.state < static_cast<std::int32_t>(model.nodes[s.signal.index].states()),
            node, "state of a source");
      check(input || s.delay > 0 || s.signal.index < i, node,
            "a source without delay stands behind its reader");
      check(!input || s.delay == 0 || !model.inputs[s.signal.index].constant, node,
            "a constant with a delay");
    });
    check_kind(model, node);
  }
  for (const ModelOutput& output : model.outputs)
    SPIKELOOM_CHECK(output.signal.index <
                        (output.signal.of == Signal::Of::input ? model.inputs.size() : model.nodes.size()),
                    "model", "an output names nothing");
}

}  // namespace spikeloom
