// Files of event cameras, one sample each.
#pragma once

#include "data/events.h"

namespace spikeloom::data {

/// N-MNIST and N-Caltech101 `.bin`: records of 5 bytes, x, y, then 24 bits, the highest of which is the
/// polarity (1: brighter) and the others the time in us, big-endian (G. Orchard's Read_Ndataset.m). A record
/// with y = 240 is no pixel: time has run over, and all that follows is 8192 us later. N-MNIST has 34x34
/// pixels, which is taken unless another sensor is named.
Result<Events> read_nmnist(const Bytes& bytes, const EventOptions& options);

/// Prophesee `.dat`, version 1 or 2: lines that start with '%', then the type and size of an event, then
/// pairs of 32 bits, little-endian: the time in us; x in bits 0 to 13, y in 14 to 27, the polarity above
/// (docs.prophesee.ai, "DAT File Format").
Result<Events> read_dat(const Bytes& bytes, const EventOptions& options);

/// AEDAT 2.0, 3.1 and 4.0 (aedat4.h); any other version is refused by name.
Result<Events> read_aedat(const Bytes& bytes, const EventOptions& options);

}  // namespace spikeloom::data
