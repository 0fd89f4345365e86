// Datasets and attributes of a file as arrays of ours.
#pragma once

#include <cstdint>

#include "hdf5/helper/library.h"
#include "hdf5/limits.h"
#include "hdf5/tree.h"

namespace spikeloom::hdf5 {

/// How much may still be taken from the file.
struct Budget {
  Limits limits;
  std::uint64_t file_bytes = 0;
  std::uint64_t taken = 0;     // bytes of values
  std::uint64_t declared = 0;  // bytes of values, as the file counts them
  std::uint64_t granted = 0;   // seconds of CPU time, for values

  /// Before `bytes` of values are taken that the file says are `in_file` bytes; CPU time is granted for them.
  /// Throws Refusal.
  void take(std::uint64_t bytes, std::uint64_t in_file, const std::string& place);
};

/// Type and shape of a dataset; what cannot be read is `other`, or has a `why`.
Array describe_dataset(hid_t dataset);

/// Rows [first, first + rows) of its values. Throws Refusal.
void read_values(hid_t dataset, const std::string& place, std::uint64_t first, std::uint64_t rows,
                 Budget& budget, Array& array);

/// An attribute with its values; one that cannot be read is `other`.
Array read_attribute(hid_t attribute, const std::string& place, Budget& budget);

}  // namespace spikeloom::hdf5
