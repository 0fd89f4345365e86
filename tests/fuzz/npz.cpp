// Any bytes as a .npz archive.
#include "arrays/files.h"
#include "support/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace spikeloom;
  const Bytes bytes = bytes_of({data, size}, "fuzz.npz");
  for (const char* member : {"a", "b", ""}) {
    const Result<Tensor> tensor =
        read_array(bytes, ArrayFileKind::npz, member, {.elements = 1u << 16, .file_bytes = 1u << 20});
    if (tensor)
      SPIKELOOM_CHECK(tensor->values.size() == element_count(tensor->shape), "fuzz",
                      "shape and values differ");
  }
  return 0;
}
