// Convolutions, pools and sequences as their kernels read them.
#pragma once

#include <cstdint>
#include <vector>

#include "model/model.h"
#include "schedule/constants.h"

namespace spikeloom {

struct PackedConvolution {
  std::uint32_t geometry = 0, rows = 0, columns = 0, elements = 0, weights = 0, bias = 0;  // buffers
};
PackedConvolution pack(const Convolution& convolution, spikeloom_element input, ConstantPool& pool);

struct PackedPool {
  std::uint32_t geometry = 0, firsts = 0, divisors = 0;
  bool has_border = false, uniform = true;
};
PackedPool pack(const Pool& pooling, ConstantPool& pool);

/// Words about its drive (DriveFact).
std::vector<std::uint32_t> convolution_facts(const Convolution& convolution, const PlanOptions& options);

/// What pack() takes.
std::uint64_t packed_bytes(const Convolution& convolution);
std::uint64_t packed_bytes(const Pool& pooling);

/// Scratch of a worker.
std::uint64_t scratch_bytes(const Convolution& convolution, spikeloom_element input);
std::uint64_t scratch_bytes(const Pool& pooling);

/// A plane with a border of zeros would be no waste: of a transposed convolution, which would have zeros
/// between its inputs too, or of one with much padding, it is.
bool may_be_dense(const Convolution& convolution);

}  // namespace spikeloom
