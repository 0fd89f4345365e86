// Who is connected to whom, how strongly and how late: a list, or a rule that is drawn whenever it is needed.
// A rule is a few numbers however many synapses it makes, and the same list on every machine (README.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

namespace spikeloom {

inline constexpr std::uint32_t kMostSynapseDelay = 1'000'000;  // steps

/// A number for every synapse: one for all, one each, or drawn.
struct SynapseValues {
  enum class How : std::uint8_t { constant, each, uniform, normal };
  How how = How::constant;
  double a = 0, b = 0;  // the constant; or low and high; or mean and standard deviation
  /// What is drawn from a normal distribution beyond these becomes the nearer one.
  double least = -std::numeric_limits<double>::infinity(), most = std::numeric_limits<double>::infinity();
  std::uint64_t seed = 0;
  std::vector<float> values;  // of `each`, in the order of the list

  bool drawn() const { return how == How::uniform || how == How::normal; }
};

struct Synapses {
  enum class Rule : std::uint8_t {
    list,
    one_to_one,
    all_to_all,
    fixed_probability,
    fixed_indegree,
    fixed_outdegree
  };
  Rule rule = Rule::list;
  std::size_t out = 0, in = 0;

  std::vector<std::uint32_t> target, source;  // of a list, in the order of the file

  double probability = 0;    // of fixed_probability: 0, or at least kLeastProbability
  std::size_t degree = 0;    // of fixed_indegree and fixed_outdegree
  std::uint64_t seed = 0;    // of these three
  bool multapses = false;    // a pair may be drawn more than once
  bool self = true;          // a neuron may be connected to itself
  std::size_t first_in = 0;  // source k is the neuron that is target first_in + k

  SynapseValues weight;
  SynapseValues delay;                               // steps = delay / step_length
  double step_length = 1;                            // 1, or dt where delays are in ms
  std::uint32_t least_delay = 0, longest_delay = 0;  // steps; bounds, reached by what is not drawn
  std::uint64_t count = 0;                           // of synapses; see count_synapses()

  bool uniform_weight() const { return weight.how == SynapseValues::How::constant; }
  bool uniform_delay() const { return least_delay == longest_delay; }

  /// Some synapses, one behind the other in the order in which a file would list them.
  struct Batch {
    std::span<const std::uint32_t> target, source, delay;
    std::span<const float> weight;
  };
  void for_each_batch(const std::function<void(const Batch&)>& visit) const;
};

inline constexpr double kLeastProbability = 1e-12;

/// How many synapses there are; drawn where that is a matter of chance.
std::uint64_t count_synapses(const Synapses& synapses);
/// How many there may be at most, but for a chance of 10^-9: known before anything is drawn.
std::uint64_t expected_synapses(const Synapses& synapses);
/// The bounds of what `delay` may give, in whole steps.
void set_delay_bounds(Synapses& synapses);
/// The nearest whole number of steps, halves up.
std::uint32_t whole_steps(double steps);

}  // namespace spikeloom
