// The limit kernels of one kind of registers: limit.h says what each is.
#pragma once

#include "limits/limit.h"
#include "limits/registers.h"
#include "machine/probes.h"

namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS {

std::unique_ptr<Limit> make_network(const Shape& shape);
std::unique_ptr<Limit> make_neurons(const Shape& shape);
std::unique_ptr<Limit> make_recurrent(const Shape& shape);
std::unique_ptr<Limit> make_pictures(const Shape& shape);
std::unique_ptr<Probes> probes();

}  // namespace spikeloom::benchmarks::inline SPIKELOOM_REGISTERS
