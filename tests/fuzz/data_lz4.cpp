// Any bytes as an LZ4 frame.
#include "data/lz4.h"

#include <cstdint>

#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  constexpr std::size_t kMost = 1 << 20;
  std::string out;
  data::unpack_lz4({data, size}, kMost, out);
  SPIKELOOM_CHECK(out.size() <= kMost, "fuzz", "more than may be unpacked");
  return 0;
}
