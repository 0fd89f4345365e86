// Any bytes as the lines of a stream.
#include "data/stream_lines.h"
#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  constexpr std::size_t kNeurons = 100;
  data::StreamLines lines(kNeurons, 3);
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::uint64_t last = 3;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto event = lines.read(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!event) return 0;
    if (!*event) continue;
    SPIKELOOM_CHECK((*event)->step >= last && (*event)->neuron < kNeurons, "fuzz", "a late or foreign event");
    last = (*event)->step;
  }
  return 0;
}
