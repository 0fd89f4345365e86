// Machine code as bytes: object files in memory.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace spikeloom {

using ObjectCode = std::vector<unsigned char>;

/// The objects of one program, which name functions of each other, and the CPU that they were generated for,
/// as LLVM names it.
struct Objects {
  std::string cpu;
  std::vector<ObjectCode> files;
  bool operator==(const Objects&) const = default;
};

/// One behind the other, as the cache keeps them; and back, unless the bytes are something else.
std::vector<unsigned char> joined(const Objects& objects);
std::optional<Objects> parted(std::span<const unsigned char> bytes);

}  // namespace spikeloom
