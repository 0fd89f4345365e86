// Which linear layers and which equations are computed inside of the stage that reads them, so that their
// values never touch memory; which convolutions inside of the pool that is made of their sums; and which sums
// of sparse layers their reader sets to zeros.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "schedule/components.h"
#include "schedule/signals.h"

namespace spikeloom {

class Fusion {
 public:
  /// `wanted` false: nothing is fused.
  Fusion(const Model& model, const SignalFacts& facts, const std::vector<Component>& components, bool wanted);

  bool fused(std::uint32_t node) const { return reader_[node] != kNobody; }
  /// Of these: a population without states that another one evaluates on its way.
  bool inlined(std::uint32_t node) const { return inlined_[node]; }
  /// Of a linear layer that is a stage of its own: why. Else "".
  const std::string& why_not(std::uint32_t node) const { return why_not_[node]; }
  /// A sparse layer whose sums are read once, by a population: that sets them to zeros for the next step.
  bool emptied(std::uint32_t node) const { return emptied_[node]; }

 private:
  static constexpr std::uint32_t kNobody = 0xffffffffu;

  std::vector<std::uint32_t> reader_;
  std::vector<std::string> why_not_;
  std::vector<bool> inlined_, emptied_;
};

}  // namespace spikeloom
