// Any bytes as spikes in CSV.
#include "data/csv.h"
#include "fuzz/data_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  read_and_bin(data::read_csv, data, size);
  const auto one_signal = [](const Bytes& bytes, data::EventOptions options) {
    options.signal = "low";
    return data::read_csv(bytes, options);
  };
  read_and_bin(one_signal, data, size);
  return 0;
}
