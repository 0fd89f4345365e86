// What recorders refuse: blocks of another signal than the first, and more than may be kept in memory.
#pragma once

#include <string>

#include "spikeloom/recorder.h"

namespace spikeloom {

inline Result<void> same_layout(const Block& block, std::uint32_t samples, std::uint32_t neurons) {
  if (block.samples == samples && block.neurons == neurons) return {};
  const auto text = [](std::uint32_t b, std::uint32_t n) {
    return std::to_string(b) + " samples of " + std::to_string(n) + " neurons";
  };
  Error error(ErrorKind::usage,
              "a recorder was given '" + std::string(block.signal) + "' in another size than before",
              "take one recorder for each signal");
  error.diagnostics[0].expected = text(samples, neurons);
  error.diagnostics[0].got = text(block.samples, block.neurons);
  return error;
}

inline Error recording_too_long(const Block& block, std::uint64_t memory_limit) {
  return Error(ErrorKind::limit,
               "the recording of '" + std::string(block.signal) + "' would take more than " +
                   std::to_string(memory_limit) + " bytes of memory at step " +
                   std::to_string(block.first_step),
               "record to a file, fewer neurons, or raise the recorder's limit");
}

}  // namespace spikeloom
