// Any tree that the process which opens HDF5 files may answer, as lists of spikes.
#include <algorithm>
#include <array>

#include "data/bin.h"
#include "data/hdf5_events.h"
#include "fuzz/tree.h"
#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  const auto tree = answered_tree({data, size}, 1 << 20);
  if (!tree) return 0;
  data::EventOptions options;
  options.most_events = 1u << 16;
  for (const char* member : {"", "a", "a/spikes"}) {
    const auto found = data::Hdf5Events::find("fuzz", *tree, member);
    if (!found || found->samples() > 1u << 12) continue;
    for (const std::uint64_t count : std::array<std::uint64_t, 2>{found->samples(), 1}) {
      const auto events = found->events(*tree, 0, std::min(count, found->samples()), options);
      if (!events) continue;
      SPIKELOOM_CHECK(events->starts.back() == events->events.size(), "fuzz", "events of no sample");
    }
  }
  return 0;
}
