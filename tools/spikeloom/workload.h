// What `bench` and `profile` feed a network: the user's data, or seeded input where none is given. All of it
// is in memory before anything is timed.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "choices.h"
#include "model/model.h"
#include "spikeloom/session.h"

namespace spikeloom::tool {

class OptionSet;

struct WorkloadChoice {
  std::vector<std::string> inputs;
  std::optional<std::uint64_t> steps;  // absent: as long as the data; without data kUsualSteps
  std::uint32_t batch = 0;             // 0: as many samples as the data has; without data 1
  std::optional<double> density;       // of seeded spikes
  std::uint64_t seed = 1;
  FileChoice files;
  void declare(OptionSet& set);

  static constexpr std::uint64_t kUsualSteps = 100;
  static constexpr double kUsualDensity = 0.1;
};

class Workload {
 public:
  static Result<Workload> prepare(const Network& network, const WorkloadChoice& choice);

  std::uint64_t steps() const { return steps_; }
  std::uint32_t batch() const { return batch_; }
  /// One line an input: "image: 64 seeded values, constant".
  const std::vector<std::string>& lines() const { return lines_; }

  Result<void> set_constants(Session& session) const;
  /// The varying inputs; after the last step that is kept comes the first again. Borrows this.
  InputSource source() const;
  /// The same for Session::step: the rows of each varying input, into `rows`.
  std::size_t varying_inputs() const;
  void rows_of(std::uint64_t step, std::span<std::span<const float>> rows) const;

 private:
  struct Input {
    std::string name;
    bool is_constant = false;
    std::size_t row = 0;        // floats of a step: batch x n
    std::uint64_t steps = 1;    // that are kept
    std::vector<float> values;  // [steps][batch][n]
  };
  std::span<const float> rows_of(const Input& input, std::uint64_t step) const {
    return std::span(input.values).subspan(step % input.steps * input.row, input.row);
  }
  std::vector<Input> inputs_;
  std::vector<std::string> lines_;
  std::uint64_t steps_ = 0;
  std::uint32_t batch_ = 1;
};

}  // namespace spikeloom::tool
