// How much is done at a time: steps of a block, samples of a group, outputs of a panel. From sizes alone, so
// that a program is the same on every machine; but panels are as wide as its vectors have use for.
#pragma once

#include <cstdint>

#include "model/model.h"
#include "schedule/fuse.h"
#include "schedule/plan.h"
#include "schedule/signals.h"

namespace spikeloom {

/// Whether a node runs as a stage of its own.
bool is_stage(std::uint32_t node, const SignalFacts& facts, const Fusion& fusion);

std::uint32_t choose_block(const Model& model, const SignalFacts& facts, const Fusion& fusion,
                           const PlanOptions& options);
std::uint32_t choose_group(const Model& model, const SignalFacts& facts, const Fusion& fusion,
                           const PlanOptions& options, std::uint32_t block_steps);
inline constexpr std::uint32_t kPanel = 64;
/// Of layers with so many inputs at most.
std::uint32_t choose_panel(std::uint64_t fan_in, const PlanOptions& options);
/// The same for vectors of so many lanes.
std::uint32_t fit_panel(std::uint32_t panel, unsigned lanes);

/// Inputs of a block of a layer; 0: there are no blocks, its weights for a panel stay in the cache.
std::uint32_t choose_input_block(std::uint64_t fan_in, std::uint64_t outputs, std::uint32_t panel,
                                 const PlanOptions& options);

/// Steps whose events are listed together.
std::uint32_t list_steps(std::size_t fan_in, std::uint64_t outputs, spikeloom_element input,
                         const PlanOptions& options, std::uint32_t block_steps);
/// Samples whose lists of so many steps have room together.
std::uint64_t list_samples(std::size_t fan_in, std::uint64_t outputs, spikeloom_element input,
                           std::uint32_t steps);

}  // namespace spikeloom
