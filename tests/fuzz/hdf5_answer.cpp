// What the process that reads HDF5 files answers, and LZF. Arbitrary bytes must give a tree or an error.
#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "hdf5/lzf.h"
#include "hdf5/wire.h"
#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  const std::span<const unsigned char> bytes(data, size);
  std::size_t at = 0;
  hdf5::Limits limits;
  limits.bytes = 1 << 24;
  const auto tree = hdf5::decode(
      [&](std::span<unsigned char> into) {
        if (into.size() > bytes.size() - at) return false;
        std::ranges::copy(bytes.subspan(at, into.size()), into.begin());
        at += into.size();
        return true;
      },
      limits, "answer");
  // What was taken for a tree is one: written again it reads as the same.
  SPIKELOOM_CHECK(!tree || hdf5::encode(*tree).size() == size, "fuzz", "a tree of another size");

  if (const auto unpacked = hdf5::lzf_size(bytes); unpacked && *unpacked <= 1 << 24) {
    std::vector<unsigned char> into(*unpacked);
    SPIKELOOM_CHECK(hdf5::lzf_unpack(bytes, into), "fuzz", "LZF of another size");
  }
  return 0;
}
