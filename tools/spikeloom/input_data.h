// The user's arrays as a network's inputs: which axis is what, how many steps and samples there are, and the
// blocks that a run asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "array_file.h"
#include "engine.h"
#include "input_reader.h"
#include "model/model.h"

namespace spikeloom::tool {

class InputData {
 public:
  /// Opens all files and checks shapes; data is read later.
  static Result<InputData> open(const Model& model, const DataRequest& request);

  std::uint64_t steps() const { return steps_; }
  std::uint32_t samples() const { return samples_; }
  /// The number of the first one in its data set: random numbers depend on it.
  std::uint32_t first_sample() const { return first_sample_; }
  /// The class of each sample, where a file says so; else empty.
  const std::vector<std::int64_t>& labels() const;
  /// One line an input: "image: 360 samples, constant, float32".
  std::vector<std::string> lines() const;

  /// Gives an engine that runs samples [first, first + count) its constant inputs.
  Result<void> set_constants(Engine& engine, std::uint32_t first, std::uint32_t count) const;
  /// The varying inputs of these samples; the run's first step is the engine's `start_step`. Borrows this.
  InputSource source(std::uint32_t first, std::uint32_t count, std::uint64_t start_step) const;
  /// The same for one input, into [steps][count][n].
  Result<void> read(std::size_t input, std::uint64_t first_step, std::uint32_t steps, std::uint32_t first,
                    std::uint32_t count, std::span<float> rows) const;

 private:
  struct Input {
    std::string name;
    bool is_constant = false;
    std::unique_ptr<InputReader> reader;  // null: streamed
  };
  Result<void> settle(const Model& model, const DataRequest& request);
  bool varies(const Input& input) const { return input.reader != nullptr && !input.is_constant; }

  std::vector<Input> inputs_;  // in the model's order
  std::uint64_t steps_ = 0;
  std::uint32_t samples_ = 1, first_sample_ = 0;
  Pad pad_ = Pad::none;
};

}  // namespace spikeloom::tool
