#include "schedule/blocks.h"

#include <algorithm>
#include <bit>

#include "schedule/constants.h"
#include "schedule/windows.h"

namespace spikeloom {
namespace {

/// Rows of a block should stay in the second-level cache; they may take more where states and weights, which
/// are read once a block, are larger than that, too.
constexpr std::uint64_t kBlockBytes = 256 << 10;
constexpr std::uint64_t kMostBlockBytes = 64 << 20;
/// Event lists of a sample, and of a group of samples that share a panel while it is in the cache.
constexpr std::uint64_t kSampleListBytes = 8 << 20;
constexpr std::uint64_t kGroupListBytes = 64 << 20;
constexpr std::uint32_t kLargestGroup = 32;
/// A panel of weights should stay in the second-level cache.
constexpr std::uint64_t kPanelBytes = 1 << 20;

}  // namespace

bool is_stage(std::uint32_t node, const SignalFacts& facts, const Fusion& fusion) {
  return !facts.aliased(node) && !facts.window(node) && !fusion.fused(node);
}

std::uint32_t choose_block(const Model& model, const SignalFacts& facts, const Fusion& fusion,
                           const PlanOptions& options) {
  if (options.block_steps > 0) return std::min(options.block_steps, kLongestBlock);
  std::uint64_t step_bytes = 0, read_once = 0;
  const auto count = [&](Signal s) {
    if (!facts.constant(s)) step_bytes += row_bytes(model.size(s), facts.element(s));
  };
  for (std::uint32_t i = 0; i < model.inputs.size(); ++i) count({.of = Signal::Of::input, .index = i});
  for (std::uint32_t i = 0; i < model.nodes.size(); ++i) {
    const ModelNode& node = model.nodes[i];
    if (is_stage(i, facts, fusion)) count({.index = i});
    for (std::int32_t k = 0; k < static_cast<std::int32_t>(node.states()); ++k)
      if (facts.traced(i, static_cast<std::uint32_t>(k))) count({.index = i, .state = k});
    read_once += node.states() * row_bytes(node.size, SPIKELOOM_FLOAT);
    if (const auto* l = std::get_if<Linear>(&node.kind)) read_once += l->weight->values.size() * 4;
    if (const auto* c = std::get_if<Convolution>(&node.kind)) read_once += c->weight->values.size() * 4;
  }
  const std::uint64_t bytes = std::clamp(read_once, kBlockBytes, kMostBlockBytes);
  const std::uint64_t fits =
      std::clamp<std::uint64_t>(bytes / std::max<std::uint64_t>(step_bytes, 1), 1, kLongestBlock);
  return static_cast<std::uint32_t>(std::bit_floor(fits));
}

std::uint32_t choose_group(const Model& model, const SignalFacts& facts, const PlanOptions& options,
                           std::uint32_t block_steps) {
  if (options.group > 0) return options.group;
  std::uint64_t largest = 1;
  for (const ModelNode& node : model.nodes)
    if (const auto* l = std::get_if<Linear>(&node.kind)) {
      const std::size_t in = l->weight->shape[1];
      const spikeloom_element element = facts.element(l->input.signal);
      const std::uint32_t steps = list_steps(in, element, options, block_steps);
      largest = std::max(largest, list_bytes(list_capacity(in, steps), element));
    } else if (const auto* c = std::get_if<Convolution>(&node.kind)) {
      largest = std::max(largest, scratch_bytes(*c, nullptr, facts.element(c->input.signal)));
    }
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(std::bit_floor(kGroupListBytes / largest), 1, kLargestGroup));
}

std::uint32_t choose_panel(std::uint64_t fan_in, const PlanOptions& options) {
  if (options.panel > 0) return options.panel;
  std::uint32_t width = kWidestPanel;
  while (width > 16 && fan_in * width * 4 > kPanelBytes) width /= 2;
  return width;
}

std::uint32_t list_steps(std::size_t fan_in, spikeloom_element input, const PlanOptions& options,
                         std::uint32_t block_steps) {
  if (options.list_steps > 0) return std::min(options.list_steps, block_steps);
  const std::uint64_t step = list_bytes(list_capacity(fan_in, 1), input);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(kSampleListBytes / step, 1, block_steps));
}

}  // namespace spikeloom
