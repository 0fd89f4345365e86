// Any bytes as a .npy file.
#include "arrays/files.h"
#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  const Bytes bytes = bytes_of({data, size}, "fuzz.npy");
  const Result<Tensor> tensor = read_array(bytes, ArrayFileKind::npy, "", {.elements = 1u << 16});
  if (tensor)
    SPIKELOOM_CHECK(tensor->values.size() == element_count(tensor->shape), "fuzz", "shape and values differ");
  return 0;
}
