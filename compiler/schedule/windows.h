// Convolutions, pools and sequences as their kernels read them.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model.h"
#include "schedule/constants.h"

namespace spikeloom {

/// The constants in the order of the kernel's operands, from its geometry to its facts, or to the divisors
/// of the pool that makes its outputs (else null).
std::vector<std::uint32_t> pack(const Convolution& convolution, const Pool* pooling, spikeloom_element input,
                                const PlanOptions& options, ConstantPool& pool);

struct PackedPool {
  std::vector<std::uint32_t> constants;  // from the geometry to the divisors
  bool has_border = false, uniform = true;
};
PackedPool pack(const Pool& pooling, ConstantPool& pool);

/// What pack() takes.
std::uint64_t packed_bytes(const Convolution& convolution);
std::uint64_t packed_bytes(const Pool& pooling);

/// Scratch of a worker.
std::uint64_t scratch_bytes(const Convolution& convolution, const Pool* pooling, spikeloom_element input);
std::uint64_t scratch_bytes(const Pool& pooling);

/// A plane with a border of zeros would be no waste: of a transposed convolution, which would have zeros
/// between its inputs too, or of one with much padding, it is.
bool may_be_dense(const Convolution& convolution);

}  // namespace spikeloom
