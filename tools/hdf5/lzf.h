// LZF, the compression that h5py calls "lzf" (filter 32000 of HDF5's registry): literal runs and references
// back of at most 8 KiB. Defined by LibLZF's format: a byte c < 32 is followed by c + 1 literal bytes; else c
// >> 5 is the length - 2 of a copy (7: the next byte is added), the low 5 bits and the last byte its distance
// - 1.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace spikeloom::hdf5 {

/// How many bytes these become; nothing if they are not LZF. Reads the bytes once and writes none.
std::optional<std::size_t> lzf_size(std::span<const unsigned char> packed);

/// Unpacks into exactly lzf_size() bytes; false if the bytes are not LZF or the sizes differ.
bool lzf_unpack(std::span<const unsigned char> packed, std::span<unsigned char> into);

}  // namespace spikeloom::hdf5
