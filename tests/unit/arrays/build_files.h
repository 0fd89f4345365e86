// Array files in memory, as numpy and safetensors write them.
#pragma once

#include <cstring>
#include <string>
#include <vector>

namespace spikeloom {

template <class T>
std::string raw(const std::vector<T>& values) {
  std::string out(values.size() * sizeof(T), '\0');
  std::memcpy(out.data(), values.data(), out.size());
  return out;
}

inline std::string npy_of_header(std::string header, const std::string& data, char version = 1) {
  header += '\n';
  std::string out = "\x93NUMPY";
  out += version;
  out += '\0';
  for (std::size_t i = 0; i < (version == 1 ? 2u : 4u); ++i)
    out += static_cast<char>(header.size() >> 8 * i & 255);
  return out + header + data;
}

inline std::string npy(const std::string& type, const std::string& shape, const std::string& data,
                       bool fortran = false, char version = 1) {
  return npy_of_header("{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") +
                           ", 'shape': " + shape + ", }",
                       data, version);
}

inline std::string safetensors(const std::string& header, const std::string& data) {
  std::string out;
  for (std::size_t i = 0; i < 8; ++i) out += static_cast<char>(header.size() >> 8 * i & 255);
  return out + header + data;
}

}  // namespace spikeloom
