// The NIR cases: a file, an input, and what comes of them under every choice that NIR leaves open.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "arrays/array.h"
#include "nir/options.h"

namespace spikeloom::conformance {

struct Trace {
  std::string node;      // "output", "lif", "net/lif"
  std::string quantity;  // "output", "spikes", "v (after reset)", "i"
  std::filesystem::path file;
  bool exact = false;
  double rtol = 0, atol = 0;
};

struct Replay {
  nir::Options options;
  std::string name;  // "exact, subtract, spike"
  std::vector<Trace> traces;
};

struct Case {
  std::string name;
  std::filesystem::path folder;
  std::uint64_t steps = 0;
  std::vector<Replay> runs;
  std::filesystem::path model() const { return folder / "model.nir"; }
};

/// Where cases lie: in this folder those that may be copied, beside the checkout those of other projects.
std::vector<std::filesystem::path> case_folders();
/// The folder of a case; empty if it is not there.
std::filesystem::path folder_of(const std::string& name);

Case read_case(const std::filesystem::path& folder);

/// [steps, ...shape] as float32.
Tensor read_array(const std::filesystem::path& file);

}  // namespace spikeloom::conformance
