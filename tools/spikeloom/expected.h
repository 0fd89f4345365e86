// Recorded results to compare with: files and folders of .npy, or an .npz.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "difference.h"
#include "network.h"
#include "spikeloom/recorder.h"

namespace spikeloom::tool {

struct Tolerance {
  double relative = 1e-5,
         absolute = 1e-6;  // |got - wanted| <= absolute + relative * |wanted|; spikes are exact
};

struct Expected {
  std::string name;  // of the array: "lif1.mem", "spikes"
  Signal signal;
  std::uint64_t steps = 0;
  std::uint32_t samples = 1;
  /// Elements of [steps][samples][n], in that order.
  std::function<Result<void>(std::uint64_t first, std::span<float> into)> read;
};

/// Arrays are found by the names that `run --out` gives them: an output, lif1.mem, lif1.spk.
Result<std::vector<Expected>> open_expected(const std::string& path, const Model& model,
                                            std::uint32_t samples);

/// Holds what a run computes against one recorded array.
class ExpectedRecorder final : public Recorder {
 public:
  ExpectedRecorder(const Expected& expected, std::size_t n, bool exact, Tolerance tolerance)
      : expected_(expected), n_(n), exact_(exact), tolerance_(tolerance) {}
  void begin(std::uint32_t first_sample) { first_sample_ = first_sample; }
  Result<void> record(const Block& block) override;

  const std::string& name() const { return expected_.name; }
  bool exact() const { return exact_; }
  std::uint64_t compared() const { return compared_; }
  std::uint64_t different() const { return different_; }
  double largest() const { return largest_; }
  const std::optional<Difference>& first() const { return first_; }

 private:
  const Expected& expected_;
  std::size_t n_;
  bool exact_;
  Tolerance tolerance_;
  std::uint32_t first_sample_ = 0;
  std::uint64_t compared_ = 0, different_ = 0;
  double largest_ = 0;
  std::optional<Difference> first_;
  std::vector<float> wanted_, got_;
};

}  // namespace spikeloom::tool
