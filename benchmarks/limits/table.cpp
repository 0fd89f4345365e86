#include "limits/forms.h"
#include "limits/kernels.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {

const Kernels kKernels{kRegisters, make_network, make_neurons, make_recurrent, make_pictures, probes};

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
