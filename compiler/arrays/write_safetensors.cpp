#include <bit>
#include <cstdint>

#include "arrays/safetensors.h"

namespace spikeloom {

std::string safetensors_bytes(const std::map<std::string, Tensor>& tensors) {
  std::string header = "{";
  std::uint64_t at = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::uint64_t end = at + 4 * tensor.values.size();
    header += (at > 0 || header.size() > 1 ? ",\"" : "\"");
    for (const char c : name) {
      if (c == '"' || c == '\\') header += '\\';
      header += c;
    }
    header += "\":{\"dtype\":\"F32\",\"shape\":" + to_string(tensor.shape) + ",\"data_offsets\":[" +
              std::to_string(at) + "," + std::to_string(end) + "]}";
    at = end;
  }
  header += '}';
  while (header.size() % 8 != 0) header += ' ';  // so that the data are aligned

  std::string bytes;
  bytes.reserve(8 + header.size() + at);
  for (int i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i));
  bytes += header;
  for (const auto& [name, tensor] : tensors) {
    if constexpr (std::endian::native == std::endian::little) {
      bytes.append(reinterpret_cast<const char*>(tensor.values.data()), 4 * tensor.values.size());
    } else {
      for (const float value : tensor.values)
        for (int i = 0; i < 4; ++i)
          bytes += static_cast<char>(std::bit_cast<std::uint32_t>(value) >> (8 * i));
    }
  }
  return bytes;
}

}  // namespace spikeloom
