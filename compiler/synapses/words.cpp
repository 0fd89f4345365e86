#include "synapses/words.h"

#include <charconv>

namespace spikeloom {
namespace {

template <class Number>
std::string digits(Number x) {
  char text[64];
  return std::string(text, std::to_chars(text, text + sizeof text, x).ptr);
}

std::string drawn_words(const SynapseValues& v) {
  const bool normal = v.how == SynapseValues::How::normal;
  return (normal ? "normal, mean " + digits(v.a) + ", std " + digits(v.b)
                 : "uniform from " + digits(v.a) + " to " + digits(v.b)) +
         ", seed " + std::to_string(v.seed);
}

using Rule = Synapses::Rule;

}  // namespace

std::string rule_words(const Synapses& s) {
  const std::string seed = ", seed " + std::to_string(s.seed), self = s.self ? "" : ", no self-connections";
  const std::string degree =
      " " + std::to_string(s.degree) + seed + (s.multapses ? ", multapses" : "") + self;
  switch (s.rule) {
    case Rule::list:
      return "listed";
    case Rule::one_to_one:
      return "one_to_one";
    case Rule::all_to_all:
      return "all_to_all" + self;
    case Rule::fixed_probability:
      return "fixed_probability " + digits(s.probability) + seed + self;
    case Rule::fixed_indegree:
      return "fixed_indegree" + degree;
    case Rule::fixed_outdegree:
      return "fixed_outdegree" + degree;
  }
  return {};
}

std::string weight_words(const Synapses& s) {
  if (s.weight.drawn()) return drawn_words(s.weight);
  if (s.uniform_weight()) return digits(static_cast<float>(s.weight.a)) + ", held once";
  return "one for each";
}

std::string delay_words(const Synapses& s) {
  const std::string last = std::to_string(s.longest_delay) + (s.longest_delay == 1 ? " step" : " steps");
  if (s.uniform_delay()) return last;
  const std::string range = std::to_string(s.least_delay) + " to " + last;
  return s.delay.drawn() ? range + ", " + drawn_words(s.delay) + (s.step_length != 1 ? " (ms)" : "") : range;
}

}  // namespace spikeloom
