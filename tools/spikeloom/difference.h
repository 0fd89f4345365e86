// The first place where two results of a network differ, and what a person needs to understand it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine.h"
#include "network.h"

namespace spikeloom::tool {

struct Difference {
  Signal signal;
  std::uint64_t step = 0;
  std::uint32_t sample = 0, neuron = 0;
  float got = 0, wanted = 0;
};

/// The same bits, or both NaN.
bool same_bits(float a, float b);

/// Makes an engine that runs samples [first, first + count), inputs and initial states given.
using PartStarter = std::function<Result<std::unique_ptr<Engine>>(const EngineMaker& maker,
                                                                  std::uint32_t first, std::uint32_t count)>;

/// What the neuron received and held when they parted, by the reference: runs it again up to that step.
struct Explanation {
  struct Value {
    std::string name;  // "fc1[5]", "rec[5], 1 step before", "mem"
    float value = 0;
  };
  std::vector<Value> inputs, states;
  std::optional<float> threshold;  // of the membrane potential
  std::optional<float> margin;     // membrane potential minus threshold
};
Result<Explanation> explain(const Model& model, const Difference& difference, const PartStarter& start,
                            const std::function<InputSource(std::uint32_t, std::uint32_t)>& source,
                            std::uint32_t first, std::uint32_t count);

/// The paragraph for people. `wanted_name` is "reference" or "recorded".
std::string difference_text(const Model& model, const Difference& difference, const Explanation& explanation,
                            const std::string& wanted_name);

}  // namespace spikeloom::tool
