// Synapses that are the same, bit for bit, wherever they are held: keys of what is held once for all of them.
#pragma once

#include <cstddef>

#include "synapses/synapses.h"

namespace spikeloom {

struct SynapsesHash {
  std::size_t operator()(const Synapses* synapses) const;
};
struct SynapsesEqual {
  bool operator()(const Synapses* a, const Synapses* b) const;
};

}  // namespace spikeloom
