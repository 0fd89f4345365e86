// What it takes to find out which inputs are active.
#pragma once

namespace spikeloom {

// Making lists: 784 floats in 0.05 us; 1024 bits of which 5 % are set in 0.04 us. A dense product reads
// floats, so bits are written as such before.
inline constexpr double kListNsPerFloat = 0.064, kListNsPerBit = 0.016, kListNsPerSpike = 0.5,
                        kFloatNsPerBit = 0.4;

inline double list_ns(double inputs, bool bits, double density) {
  return inputs * (bits ? kListNsPerBit + kListNsPerSpike * density : kListNsPerFloat);
}

}  // namespace spikeloom
