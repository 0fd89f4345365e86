// Recorded files as things to draw: what each holds, from run.json where there is one, else from its name and
// type.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "array_file.h"

namespace spikeloom::tool {

struct Recorded {
  enum class Kind { spikes, values };
  std::string name;  // "lif1", "lif1.mem"
  Kind kind = Kind::values;
  ArrayFile file;
  std::uint64_t steps = 0, neurons = 1;
  std::uint32_t samples = 1;
  std::optional<float> threshold;
  std::string quantity;
  std::uint64_t first_step = 0;

  /// The neuron whose state or spikes this is: "lif1" of "lif1.mem".
  std::string node() const { return name.substr(0, name.find('.')); }

  using Visit = std::function<void(std::uint64_t step, std::uint64_t neuron, float value)>;
  /// Every value of one sample that is not 0 (with `all`, every value), step by step; steps count as in the
  /// run.
  Result<void> visit(std::uint32_t sample, std::uint64_t first_step, std::uint64_t end_step, bool all,
                     const Visit& visit) const;
};

struct RecordedRun {
  std::string title;
  std::optional<double> dt_ms;
  std::vector<Recorded> recordings;
};

/// `path` is a .npy or .npz file, or a folder: of a run (run.json), or of .npy files.
Result<void> add_recorded(const std::string& path, RecordedRun& run);

}  // namespace spikeloom::tool
