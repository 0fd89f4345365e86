// Drives that were generated when the project was built: one object for each, for each level of this
// machine's architecture. A program that names spikeloom_llvm_prebuilt has them; the one that makes them has
// none.
#pragma once

#include <span>
#include <string_view>

namespace spikeloom {

struct PrebuiltDrive {
  std::string_view level, symbol;
  std::span<const unsigned char> object;
};

std::span<const PrebuiltDrive> prebuilt_drives();

}  // namespace spikeloom
