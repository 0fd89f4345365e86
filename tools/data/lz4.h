// LZ4 frames: lz4_Frame_format.md and lz4_Block_format.md of github.com/lz4/lz4.
#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace spikeloom::data {

/// Unpacks exactly one frame to the end of `out`, which never holds more than `most` bytes; every checksum
/// that the frame has is compared. "" if all is well, else what is not, in words.
std::string unpack_lz4(std::span<const unsigned char> frame, std::size_t most, std::string& out);

}  // namespace spikeloom::data
