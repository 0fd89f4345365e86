// How much of a file of somebody else is taken.
#pragma once

#include <cstddef>
#include <cstdint>

namespace spikeloom::hdf5 {

struct Limits {
  std::uint64_t bytes = 2ull << 30;   // of all values handed back
  std::uint64_t objects = 100000;     // groups, datasets, links and attributes
  std::size_t depth = 32;             // of groups
  std::size_t name = 1024;            // bytes of one name
  unsigned seconds = 60;              // from start to end
  unsigned cpu_seconds = 1;           // of the other process; and one more for every 8 MiB of the file, and
                                      // for every 32 MiB of values before they are read
  std::uint64_t memory = 1ull << 30;  // of the other process, beyond `bytes`
};

/// What the CPU time grows by.
inline constexpr std::uint64_t kFileBytesASecond = 8u << 20, kValueBytesASecond = 32u << 20;

/// No filter of HDF5 makes one byte of a file more than this many (deflate: 1032): what a file declares
/// beyond that, it cannot hold.
inline constexpr std::uint64_t kMostExpansion = 1100;

}  // namespace spikeloom::hdf5
