// Any bytes as an N-MNIST .bin.
#include "data/camera.h"
#include "fuzz/data_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spikeloom::read_and_bin(spikeloom::data::read_nmnist, data, size);
  return 0;
}
