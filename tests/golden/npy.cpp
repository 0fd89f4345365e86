#include "golden/npy.h"

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace spikeloom::golden {
namespace {

template <class T>
std::vector<float> convert(const char* data, std::size_t count) {
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i) {
    T value;
    std::memcpy(&value, data + i * sizeof(T), sizeof(T));
    values[i] = static_cast<float>(value);
  }
  return values;
}

std::string between(const std::string& text, const std::string& key, char open, char close) {
  const std::size_t at = text.find("'" + key + "'");
  if (at == std::string::npos) return "";
  const std::size_t first = text.find(open, at + key.size() + 3);
  if (first == std::string::npos) return "";
  const std::size_t last = text.find(close, first + 1);
  return last == std::string::npos ? "" : text.substr(first + 1, last - first - 1);
}

}  // namespace

Array read_npy(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  auto fail = [&](const char* why) { return std::runtime_error(path.string() + ": " + why); };
  if (bytes.size() < 10 || bytes.compare(0, 6, "\x93NUMPY") != 0) throw fail("cannot be read as .npy");

  std::uint16_t length;
  std::memcpy(&length, bytes.data() + 8, 2);
  const std::size_t start = 10u + length;
  if (bytes[6] != 1 || bytes.size() < start) throw fail("has an unknown header");
  const std::string header = bytes.substr(10, length);
  if (header.find("'fortran_order': False") == std::string::npos) throw fail("is not in C order");

  Array array;
  const std::string shape = between(header, "shape", '(', ')');
  for (std::size_t at = 0; at < shape.size();) {
    const std::size_t comma = std::min(shape.find(',', at), shape.size());
    const std::string extent = shape.substr(at, comma - at);
    if (extent.find_first_of("0123456789") != std::string::npos) array.shape.push_back(std::stoul(extent));
    at = comma + 1;
  }
  std::size_t count = 1;
  for (std::size_t extent : array.shape) count *= extent;

  const std::string type = between(header, "descr", '\'', '\'');
  const char* data = bytes.data() + start;
  const std::size_t held = bytes.size() - start;
  if (type == "<f4" && held == count * 4) {
    array.values = convert<float>(data, count);
  } else if (type == "<i4" && held == count * 4) {
    array.values = convert<std::int32_t>(data, count);
  } else if (type == "<i8" && held == count * 8) {
    array.values = convert<std::int64_t>(data, count);
  } else if (type == "|u1" && held == count) {
    array.values = convert<std::uint8_t>(data, count);
  } else {
    throw fail("has another type or size than its header says");
  }
  return array;
}

}  // namespace spikeloom::golden
