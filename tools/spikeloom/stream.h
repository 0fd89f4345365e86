// run -: a network between standard input and standard output, a step at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>

#include "engine.h"
#include "input_reader.h"
#include "network.h"

namespace spikeloom::tool {

struct Stream {
  std::string input;  // the one that varies
  std::size_t n = 0;  // its elements
  Selection output;   // what is written
  bool is_raw = false;
  std::optional<std::uint64_t> steps;  // absent: to the end of the input
  Pad pad = Pad::none;
  data::Several several = data::Several::count;

  /// `output` names an output or a signal; empty: the first output of spikes.
  static Result<Stream> of(const Model& model, const std::string& output, bool is_raw,
                           const DataRequest& request);

  /// Reads lines `step,neuron[,value]`, or rows of float32 (little-endian), and writes those of the output in
  /// the same form, after every step. Returns the number of steps done. Memory does not grow with them.
  Result<std::uint64_t> run(Engine& engine, std::stop_token stop) const;
};

}  // namespace spikeloom::tool
