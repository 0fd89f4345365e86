// What the process that reads HDF5 files answers, and LZF. Arbitrary bytes must give a tree or an error.
#include <cstdint>
#include <span>
#include <vector>

#include "fuzz/tree.h"
#include "hdf5/lzf.h"
#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  const std::span<const unsigned char> bytes(data, size);
  const auto tree = answered_tree(bytes, 1 << 24);
  // What was taken for a tree is one: written again it reads as the same.
  SPIKELOOM_CHECK(!tree || hdf5::encode(*tree).size() == size, "fuzz", "a tree of another size");

  if (const auto unpacked = hdf5::lzf_size(bytes); unpacked && *unpacked <= 1 << 24) {
    std::vector<unsigned char> into(*unpacked);
    SPIKELOOM_CHECK(hdf5::lzf_unpack(bytes, into), "fuzz", "LZF of another size");
  }
  return 0;
}
