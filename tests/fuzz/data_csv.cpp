// Any bytes as spikes in CSV.
#include "data/csv.h"
#include "fuzz/data_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spikeloom::read_and_bin(spikeloom::data::read_csv, data, size);
  return 0;
}
