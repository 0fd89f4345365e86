// For the program that makes them.
#include "llvm/prebuilt.h"

namespace spikeloom {

std::span<const PrebuiltDrive> prebuilt_drives() {
  return {};
}

}  // namespace spikeloom
