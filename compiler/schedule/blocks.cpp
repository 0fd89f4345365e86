#include "schedule/blocks.h"

#include <algorithm>
#include <bit>

#include "schedule/constants.h"

namespace spikeloom {
namespace {

/// Rows of a block should stay in the second-level cache; they may take more where states and weights, which
/// are read once a block, and states written, are larger than that, too.
constexpr std::uint64_t kBlockBytes = 256 << 10;
constexpr std::uint64_t kMostBlockBytes = 64 << 20;
/// So should rows and states of a group of samples, which run a block through all stages before the next ones
/// do; but every group reads all weights again.
constexpr std::uint64_t kGroupBytes = 512 << 10;
/// Event lists of a group of samples that share a panel while it is in the cache, if every input were active:
/// up to half of what the weights take, which come from memory once for each group and chunk of steps. A
/// sample takes its share of that for a chunk.
constexpr std::uint64_t kGroupListBytes = 64 << 20;
constexpr std::uint64_t kMostGroupListBytes = 256 << 20;
constexpr std::uint64_t kSamplesOfLists = 8;
constexpr std::uint64_t kMostSampleListBytes = 16 << 20;
constexpr std::uint32_t kLargestGroup = 32;
/// A panel of weights should stay in the second-level cache. Between the two widths lies nothing: a row of 16
/// is one cache line, and sums of eight steps advance together.
constexpr std::uint64_t kPanelBytes = 1 << 20;
constexpr std::uint32_t kNarrowPanel = 16;

}  // namespace

static std::uint64_t group_list_bytes(std::uint64_t fan_in, std::uint64_t outputs) {
  return std::clamp(fan_in * outputs * sizeof(float) / 2, kGroupListBytes, kMostGroupListBytes);
}

/// Of a list, without what does not grow with its steps: powers of two fit exactly.
static std::uint64_t event_bytes(std::size_t fan_in, std::uint64_t steps, spikeloom_element input) {
  return std::max<std::uint64_t>(
      list_bytes(list_capacity(fan_in, steps), input) - list_bytes(list_capacity(fan_in, 0), input), 1);
}

bool is_stage(std::uint32_t node, const SignalFacts& facts, const Fusion& fusion) {
  return !facts.aliased(node) && !facts.window(node) && !fusion.fused(node);
}

/// Bytes that a step of a sample leaves in memory, and what a block reads once.
struct Traffic {
  std::uint64_t inputs = 0, rows = 0, weights = 0, states = 0;
};

static Traffic traffic_of(const Model& model, const SignalFacts& facts, const Fusion& fusion) {
  Traffic sum;
  const auto row = [&](Signal s) {
    return facts.constant(s) ? 0 : row_bytes(model.size(s), facts.element(s));
  };
  for (std::uint32_t i = 0; i < model.inputs.size(); ++i)
    sum.inputs += row({.of = Signal::Of::input, .index = i});
  for (std::uint32_t i = 0; i < model.nodes.size(); ++i) {
    const ModelNode& node = model.nodes[i];
    if (is_stage(i, facts, fusion)) sum.rows += row({.index = i});
    for (std::int32_t k = 0; k < static_cast<std::int32_t>(node.states()); ++k)
      if (facts.traced(i, static_cast<std::uint32_t>(k))) sum.rows += row({.index = i, .state = k});
    sum.states += node.states() * row_bytes(node.size, SPIKELOOM_FLOAT);
    if (const auto* l = std::get_if<Linear>(&node.kind)) sum.weights += l->weight->values.size() * 4;
    if (const auto* c = std::get_if<Convolution>(&node.kind)) sum.weights += c->weight->values.size() * 4;
  }
  return sum;
}

std::uint32_t choose_block(const Model& model, const SignalFacts& facts, const Fusion& fusion,
                           const PlanOptions& options) {
  if (options.block_steps > 0) return std::min(options.block_steps, kLongestBlock);
  const Traffic traffic = traffic_of(model, facts, fusion);
  const std::uint64_t bytes = std::clamp(traffic.weights + 2 * traffic.states, kBlockBytes, kMostBlockBytes);
  const std::uint64_t step = std::max<std::uint64_t>(traffic.inputs + traffic.rows, 1);
  return static_cast<std::uint32_t>(
      std::bit_floor(std::clamp<std::uint64_t>(bytes / step, 1, kLongestBlock)));
}

std::uint32_t choose_group(const Model& model, const SignalFacts& facts, const Fusion& fusion,
                           const PlanOptions& options, std::uint32_t block_steps) {
  if (options.group > 0) return options.group;
  std::uint64_t samples = kLargestGroup;
  for (const ModelNode& node : model.nodes)
    if (const auto* l = std::get_if<Linear>(&node.kind)) {
      const std::size_t in = l->weight->shape[1], out = l->weight->shape[0];
      const spikeloom_element element = facts.element(l->input.signal);
      const std::uint32_t steps = list_steps(in, out, element, options, block_steps);
      samples = std::min(samples, list_samples(in, out, element, steps));
    }
  // Inputs are read where they lie, once; what stages give to each other should still be near.
  const Traffic traffic = traffic_of(model, facts, fusion);
  const std::uint64_t bytes = std::clamp(traffic.weights, kGroupBytes, kMostBlockBytes);
  const std::uint64_t sample = std::max<std::uint64_t>(block_steps * traffic.rows + traffic.states, 1);
  return static_cast<std::uint32_t>(
      std::bit_floor(std::clamp<std::uint64_t>(std::min(samples, bytes / sample), 1, kLargestGroup)));
}

std::uint32_t choose_panel(std::uint64_t fan_in, const PlanOptions& options) {
  if (options.panel > 0) return options.panel;
  return fan_in * kPanel * 4 > kPanelBytes ? kNarrowPanel : kPanel;
}

std::uint32_t fit_panel(std::uint32_t panel, unsigned lanes) {
  return panel >= kPanel && lanes < 16 ? panel / 2 : panel;
}

std::uint32_t choose_input_block(std::uint64_t fan_in, std::uint64_t outputs, std::uint32_t panel,
                                 const PlanOptions& options) {
  if (panel > kWidestInBlocks) return 0;
  if (options.input_block > 0) return fan_in > options.input_block ? options.input_block : 0;
  const std::uint64_t width = std::min<std::uint64_t>(row_bytes(outputs, SPIKELOOM_FLOAT) / 4, panel);
  return fan_in * width * 4 > kPanelBytes ? kInputBlock : 0;
}

std::uint32_t list_steps(std::size_t fan_in, std::uint64_t outputs, spikeloom_element input,
                         const PlanOptions& options, std::uint32_t block_steps) {
  if (options.list_steps > 0) return std::min(options.list_steps, block_steps);
  const std::uint64_t step = event_bytes(fan_in, 1, input);
  const std::uint64_t bytes =
      std::min(group_list_bytes(fan_in, outputs) / kSamplesOfLists, kMostSampleListBytes);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(bytes / step, 1, block_steps));
}

std::uint64_t list_samples(std::size_t fan_in, std::uint64_t outputs, spikeloom_element input,
                           std::uint32_t steps) {
  return group_list_bytes(fan_in, outputs) / event_bytes(fan_in, steps, input);
}

}  // namespace spikeloom
