// Lines of a stream: `step,neuron`, `step,neuron,value`, or `step` alone, in order of steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "data/line.h"

namespace spikeloom::data {

struct StreamEvent {
  std::uint64_t step = 0;
  bool has_event = true;  // false: the line is of a step alone
  std::uint32_t neuron = 0;
  float value = 1;
};

class StreamLines {
 public:
  StreamLines(std::size_t neurons, std::uint64_t first_step) : neurons_(neurons), step_(first_step) {}
  /// Nothing for a comment or an empty line. A line that is broken, or late, is an error with its number.
  Result<std::optional<StreamEvent>> read(std::string_view line);
  /// An error at the line last read.
  Error error(std::string what, std::string expected, std::string got) const;

 private:
  std::size_t neurons_;
  std::uint64_t step_;  // of the last line
  std::uint64_t number_ = 0;
};

}  // namespace spikeloom::data
