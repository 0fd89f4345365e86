// Any bytes as a .npy of event records.
#include "data/event_array.h"
#include "fuzz/data_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spikeloom::read_and_bin(spikeloom::data::read_event_array, data, size);
  return 0;
}
