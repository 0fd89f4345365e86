// Any bytes as a Prophesee .dat.
#include "data/camera.h"
#include "fuzz/data_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spikeloom::read_and_bin(spikeloom::data::read_dat, data, size);
  return 0;
}
