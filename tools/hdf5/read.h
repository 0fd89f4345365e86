// Reads HDF5 files of somebody else. The HDF5 library runs in a process of its own (helper/), whose memory
// and time are limited; what it hands back is checked again here. A file can break that process, never this
// one.
#pragma once

#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include "hdf5/limits.h"
#include "hdf5/tree.h"
#include "spikeloom/result.h"

namespace spikeloom::hdf5 {

/// Values that are wanted: a dataset, or every dataset of a group. Rows are along the first axis; the array's
/// shape then has their number there. They count for datasets named themselves.
struct Part {
  static constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();
  std::string path;  // "/spikes/times"; "/" is everything
  std::uint64_t first = 0, rows = kAll;
};

struct ReadOptions {
  Limits limits;
  /// The program that opens the file; "": `spikeloom-hdf5`, beside this one.
  std::filesystem::path helper;
};

/// The whole structure of the file with all attributes, and the values of `parts` (none: no values at all;
/// the shapes and types are there). A part that is not in the file, or cannot be read, is an error that names
/// it. Any number of calls may run at once.
Result<Object> read(const std::filesystem::path& file, const std::vector<Part>& parts,
                    const ReadOptions& options = {});

}  // namespace spikeloom::hdf5
